using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Manifests;

/// <summary>Reads an output again and compares every byte with the hashes of its manifest.</summary>
public static class OutputVerifier
{
    /// <summary>Checks an output folder, a single file with its manifest, or the manifest itself.</summary>
    /// <exception cref="EditException">There is no readable manifest.</exception>
    /// <exception cref="StorageException">Reading failed.</exception>
    public static VerificationReport Verify(string path, IProgress<EditProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        string manifestPath = OutputTarget.FindManifest(path);
        Manifest manifest = Manifest.Load(manifestPath);
        var meter = new ProgressMeter(progress, (long)double.Min(long.MaxValue, manifest.Files.Sum(file => (double)file.Bytes)));
        var problems = new List<string>();
        var expected = manifest.Tensors.ToDictionary(tensor => (tensor.File, tensor.Name));
        var found = new HashSet<(string? File, string Name)>();
        try
        {
            foreach (ManifestFile file in manifest.Files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                CheckFile(manifestPath, file, expected, found, problems, meter, cancellationToken);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(manifestPath, $"The output of '{manifestPath}' cannot be read: {error.Message}", error);
        }

        problems.AddRange(expected.Keys.Where(key => !found.Contains(key)).Select(key => $"the tensor {QuotedName.Of(key.Name)} is missing{(key.File is null ? string.Empty : $" from {key.File}")}"));
        meter.Enter(EditPhase.Done);
        return new VerificationReport(manifestPath, manifest, manifest.Files.Length, found.Count, problems);
    }

    private static void CheckFile(
        string manifestPath, ManifestFile file, Dictionary<(string? File, string Name), ManifestTensor> expected, HashSet<(string? File, string Name)> found, List<string> problems, ProgressMeter meter, CancellationToken cancellationToken)
    {
        if (Locate(manifestPath, file) is not { } filePath)
        {
            problems.Add($"{file.Path}: the manifest names a file outside the output");
        }
        else if (!File.Exists(filePath))
        {
            problems.Add($"{file.Path}: the file is missing");
        }
        else if (IsWeights(file.Path))
        {
            CheckWeights(filePath, file, expected, found, problems, meter, cancellationToken);
        }
        else if (FileHash.Of(filePath, Algorithm(file.Hash)) != file.Hash)
        {
            problems.Add($"{file.Path}: the content differs");
        }
    }

    /// <summary>Whether a file is hashed tensor by tensor.</summary>
    internal static bool IsWeights(string path) => path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);

    private static DigestAlgorithm Algorithm(string hash) => Digest.AlgorithmOf(hash) ?? DigestAlgorithm.Xxh128;

    // A manifest may come from anywhere: no path in it leads out of its folder.
    private static string? Locate(string manifestPath, ManifestFile file)
    {
        string folder = Path.GetDirectoryName(manifestPath)!;
        string path = Path.GetFullPath(Path.Combine(folder, file.Path));
        return RealPath.IsWithin(path, folder) ? path : null;
    }

    private static void CheckWeights(
        string path, ManifestFile file, Dictionary<(string? File, string Name), ManifestTensor> recorded, HashSet<(string? File, string Name)> found, List<string> problems, ProgressMeter meter, CancellationToken cancellationToken)
    {
        HashedWeights weights;
        try
        {
            weights = HashedWeights.Read(path, Algorithm(file.Hash), meter.Advance, cancellationToken);
        }
        catch (SafetensorsException error)
        {
            problems.Add($"{file.Path}: {error.Message}");
            return;
        }

        int before = problems.Count;
        foreach ((TensorInfo tensor, string hash) in weights.Tensors)
        {
            (string?, string) key = recorded.ContainsKey((file.Path, tensor.Name)) ? (file.Path, tensor.Name) : (null, tensor.Name);
            _ = found.Add(key);
            if (!recorded.TryGetValue(key, out ManifestTensor? expected))
            {
                problems.Add($"{file.Path}: the tensor {QuotedName.Of(tensor.Name)} is not in the manifest");
            }
            else if (expected.Hash != hash || expected.DType != tensor.DType.Name())
            {
                problems.Add($"{file.Path}: the tensor {QuotedName.Of(tensor.Name)} differs");
            }
        }

        if (problems.Count == before && weights.Hash != file.Hash)
        {
            problems.Add($"{file.Path}: the header differs");
        }
    }
}
