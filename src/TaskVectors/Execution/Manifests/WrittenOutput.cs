using System.Collections.Immutable;
using System.Text;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Hashing;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Manifests;

/// <summary>An output that is no edit, for its manifest: what was written is read again and hashed.</summary>
public sealed record WrittenOutput
{
    /// <summary>What it is, in a word, such as <c>statistics</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What was done; names are those of <see cref="Inputs"/>.</summary>
    public required string Expression { get; init; }

    /// <summary>What was read, one or more.</summary>
    public required ImmutableArray<ManifestInput> Inputs { get; init; }

    /// <summary>The dtype of what was computed.</summary>
    public required DType DType { get; init; }

    /// <summary>The seed of everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>What was measured, by name; <see langword="null"/> where nothing was.</summary>
    public ImmutableSortedDictionary<string, double>? Metrics { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Writes the manifest of files that are in place; an earlier one is replaced.</summary>
    /// <param name="path">The manifest, in the folder that the files are in.</param>
    /// <param name="files">The files, relative to that folder, with forward slashes.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="TaskVectorsException">A file cannot be read, or the manifest cannot be written.</exception>
    public Manifest Record(string path, IReadOnlyList<string> files)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            Manifest manifest = Describe(Path.GetDirectoryName(Path.GetFullPath(path))!, files);
            PartialFile.Write(path, Encoding.UTF8.GetBytes(manifest.ToJson()));
            return manifest;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, $"The files of '{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Makes the manifest of files.</summary>
    internal Manifest Describe(string folder, IReadOnlyList<string> files)
    {
        DigestAlgorithm algorithm = EditOptions.Default.Digest;
        var weights = files.Where(OutputVerifier.IsWeights).ToDictionary(file => file, file => HashedWeights.Read(Path.Combine(folder, file), algorithm), StringComparer.Ordinal);
        return new Manifest
        {
            ToolVersion = ToolVersion.Current,
            Kind = Kind,
            Expression = Expression,
            Options = Options(algorithm),
            Inputs = Inputs,
            Files = [.. files.Select(file => Describe(Path.Combine(folder, file), file, weights.GetValueOrDefault(file)?.Hash, algorithm))],
            Tensors = [.. weights.SelectMany(file => file.Value.Tensors.Select(tensor => Describe(tensor.Tensor, tensor.Hash, weights.Count > 1 ? file.Key : null)))],
            RoundingNorm = 0,
            EditNorm = 0,
            Saturated = 0,
            NaNCount = 0,
            Metrics = Metrics,
            Warnings = [],
            Finished = DateTimeOffset.UtcNow,
            Seconds = Math.Round(Elapsed.TotalSeconds, 3),
        };
    }

    private static ManifestFile Describe(string path, string name, string? hash, DigestAlgorithm algorithm) =>
        new(name, new FileInfo(path).Length, hash ?? FileHash.Of(path, algorithm));

    private ManifestTensor Describe(TensorInfo tensor, string hash, string? file) => new()
    {
        Name = tensor.Name,
        File = file,
        DType = tensor.DType.Name(),
        Operation = Kind,
        Coefficients = ImmutableDictionary<string, double>.Empty,
        Hash = hash,
        RoundingNorm = 0,
        EditNorm = 0,
    };

    private ManifestOptions Options(DigestAlgorithm algorithm) => new()
    {
        DType = DType.Name(),
        Rounding = OptionNames.Of(Rounding.Nearest),
        Seed = Seed,
        Missing = OptionNames.Of(EditOptions.Default.Missing),
        NaN = OptionNames.Of(NaNPolicy.Error),
        ShardSize = long.MaxValue,
        Digest = OptionNames.Of(algorithm),
    };
}
