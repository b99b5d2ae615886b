using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Manifests;

/// <summary>Puts together what a finished edit knows.</summary>
internal sealed class ManifestBuilder(EditPlan plan, InputReaders readers, IReadOnlyDictionary<string, TensorRecord> records)
{
    private readonly IReadOnlyDictionary<int, ImmutableSortedDictionary<string, string>> _inputHashes = CollectInputHashes(plan, readers, records);

    /// <summary>The hash of an input's whole content, or <see langword="null"/> where not all of it was read. It does not depend on how tensors are spread over files.</summary>
    public string? ContentHash(int input)
    {
        ImmutableSortedDictionary<string, string> hashes = _inputHashes[input];
        CheckpointSource source = plan.Inputs[input].Source;
        return source.Tensors.All(tensor => hashes.ContainsKey(tensor.Name))
            ? Digest.OfText(plan.Options.Digest, source.Tensors
                .OrderBy(tensor => tensor.Name, StringComparer.Ordinal)
                .Select(tensor => $"{tensor.Name}\0{tensor.DType.Name()}{tensor.Shape}{hashes[tensor.Name]}"))
            : null;
    }

    /// <summary>The tensors of an input whose content is not the one that a manifest recorded.</summary>
    public IEnumerable<string> ChangedTensors(int input, ManifestInput recorded) =>
        from tensor in _inputHashes[input]
        where recorded.Tensors.TryGetValue(tensor.Key, out string? earlier) && earlier != tensor.Value
        select tensor.Key;

    public Manifest Build(IReadOnlyList<ReadOnlyMemory<byte>> headers, IEnumerable<ManifestFile> otherFiles, TimeSpan elapsed)
    {
        // In the order of the plan, not of completion, which is another with every run.
        IReadOnlyList<TensorRecord> ordered = [.. plan.Tensors.Select(tensor => records[tensor.Output.Name])];
        double rounding = ordered.Sum(record => record.RoundingSquared);
        double edit = ordered.Sum(record => record.EditSquared);
        return new Manifest
        {
            ToolVersion = ToolVersion.Current,
            Kind = plan.Kind,
            Expression = plan.Expression,
            Options = ToManifest(plan.Options),
            Recipe = plan.Recipe,
            Inputs = [.. Enumerable.Range(0, plan.Inputs.Count).Where(input => !plan.Inputs[input].IsComputed).Select(ToManifest)],
            Files = [.. plan.Files.Zip(headers, WeightFile), .. otherFiles],
            Tensors = [.. plan.Tensors.Select(ToManifest)],
            RoundingLoss = Loss(rounding, edit),
            RoundingNorm = Math.Sqrt(rounding),
            EditNorm = Math.Sqrt(edit),
            Saturated = ordered.Sum(record => record.Saturated),
            NaNCount = ordered.Sum(record => record.NaNCount),
            Warnings = [.. plan.Warnings, .. ResultWarnings()],
            Finished = DateTimeOffset.UtcNow,
            Seconds = Math.Round(elapsed.TotalSeconds, 3),
        };
    }

    /// <summary>The hash of a weight file from its header and the hashes of its tensors in file order.</summary>
    public static string WeightFileHash(DigestAlgorithm algorithm, ReadOnlySpan<byte> header, IEnumerable<string> tensorHashes)
    {
        using Digest digest = Digest.Create(algorithm);
        digest.Append(header);
        foreach (string hash in tensorHashes)
        {
            digest.Append(System.Text.Encoding.UTF8.GetBytes(hash + "\n"));
        }

        return digest.Finish();
    }

    private static Dictionary<int, ImmutableSortedDictionary<string, string>> CollectInputHashes(
        EditPlan plan, InputReaders readers, IReadOnlyDictionary<string, TensorRecord> records)
    {
        var builders = Enumerable.Range(0, plan.Inputs.Count).ToDictionary(input => input, _ => ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal));
        foreach (PlannedTensor tensor in plan.Tensors)
        {
            TensorRecord record = records[tensor.Output.Name];
            for (int term = 0; term < tensor.Terms.Length; term++)
            {
                builders[tensor.Terms[term].Input][tensor.Terms[term].Tensor.Name] = record.InputHashes[term];
            }
        }

        foreach (int statistics in builders.Keys.Where(input => plan.Inputs[input].IsStatistics))
        {
            HashRest(plan.Inputs[statistics].Source, readers[statistics], plan.Options.Digest, builders[statistics]);
        }

        return builders.ToDictionary(pair => pair.Key, pair => pair.Value.ToImmutable());
    }

    // Statistics decide the result as weights do, and matrix methods read them where no lane hashes what it reads.
    private static void HashRest(CheckpointSource source, ICheckpointReader reader, DigestAlgorithm algorithm, ImmutableSortedDictionary<string, string>.Builder hashes)
    {
        byte[] piece = new byte[TensorPieces.PieceBytes * 16];
        foreach (TensorInfo tensor in source.Tensors.Where(tensor => !hashes.ContainsKey(tensor.Name)))
        {
            using var digest = new TensorDigest(algorithm);
            for (long first = 0; first < tensor.ByteCount; first += piece.Length)
            {
                Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, tensor.ByteCount - first));
                reader.Read(tensor, first, bytes);
                digest.Append(bytes);
            }

            hashes.Add(tensor.Name, digest.Finish());
        }
    }

    private static double? Loss(double rounding, double edit) => (rounding, edit) switch
    {
        (0, _) => 0,
        (_, 0) => null,
        _ => Math.Sqrt(rounding / edit),
    };

    private static ManifestOptions ToManifest(EditOptions options) => new()
    {
        DType = options.OutputDType?.Name(),
        Rounding = OptionNames.Of(options.Rounding),
        Seed = options.Seed,
        Missing = OptionNames.Of(options.Missing),
        NaN = OptionNames.Of(options.NaN),
        AnyBase = options.AnyBase,
        ShardSize = options.ShardSize,
        Digest = OptionNames.Of(options.Digest),
        Include = [.. options.Filter.Include.Select(pattern => pattern.Text)],
        Exclude = [.. options.Filter.Exclude.Select(pattern => pattern.Text)],
        Metadata = options.Metadata,
    };

    private ManifestFile WeightFile(SafetensorsFileLayout layout, ReadOnlyMemory<byte> header)
    {
        IEnumerable<string> hashes = layout.Tensors.Select(placed => records[placed.Tensor.Name].Hash);
        return new ManifestFile(layout.FileName, layout.Length, WeightFileHash(plan.Options.Digest, header.Span, hashes));
    }

    private ManifestInput ToManifest(int index)
    {
        PlannedInput input = plan.Inputs[index];
        ILookup<string, (string Name, TensorExtent Extent)> located = input.Source.Tensors
            .Select(tensor => (tensor.Name, Extent: readers[index].Locate(tensor)))
            .Where(tensor => tensor.Extent is not null)
            .Select(tensor => (tensor.Name, tensor.Extent!.Value))
            .ToLookup(tensor => tensor.Value.File, StringComparer.Ordinal);
        return ManifestInput.Of(input, ContentHash(index)) with
        {
            Files = [.. input.Source.Files.Select(file => new ManifestInputFile(file.Path, file.Length, InputFileHash(index, file, [.. located[file.Path]])))],
            Tensors = _inputHashes[index],
        };
    }

    // The same rule as for files written: everything before the first tensor, then the hashes of the tensors in file order.
    private string? InputFileHash(int input, StoredFile file, IReadOnlyList<(string Name, TensorExtent Extent)> tensors)
    {
        List<(string Name, TensorExtent Extent)> located = [.. tensors.OrderBy(tensor => tensor.Extent.Offset)];
        ImmutableSortedDictionary<string, string> hashes = _inputHashes[input];
        bool isCovered = located.Count > 0
            && located[0].Extent.Offset + located.Sum(tensor => tensor.Extent.Length) == file.Length
            && located.All(tensor => hashes.ContainsKey(tensor.Name));
        if (!isCovered)
        {
            return null;
        }

        byte[] header = new byte[located[0].Extent.Offset];
        using FileStream stream = File.OpenRead(file.Path);
        stream.ReadExactly(header);
        return WeightFileHash(plan.Options.Digest, header, located.Select(tensor => hashes[tensor.Name]));
    }

    private ManifestTensor ToManifest(PlannedTensor tensor)
    {
        TensorRecord record = records[tensor.Output.Name];
        return new ManifestTensor
        {
            Name = tensor.Output.Name,
            DType = tensor.Output.DType.Name(),
            Operation = OptionNames.Of(tensor.Operation),
            Coefficients = tensor.Summands.GroupBy(term => plan.Inputs[term.Input].Name).ToDictionary(terms => terms.Key, terms => terms.Sum(term => term.Coefficient)),
            Hash = record.Hash,
            RoundingLoss = Loss(record.RoundingSquared, record.EditSquared),
            RoundingNorm = Math.Sqrt(record.RoundingSquared),
            EditNorm = Math.Sqrt(record.EditSquared),
            Saturated = record.Saturated,
            NaNCount = record.NaNCount,
        };
    }

    private IEnumerable<string> ResultWarnings()
    {
        foreach (string fallback in records.Values.SelectMany(record => record.Fallbacks ?? []).Union(plan.Fallbacks).Order(StringComparer.Ordinal))
        {
            yield return fallback;
        }

        foreach (TensorRecord record in records.Values.Where(record => record.Saturated > 0).OrderBy(record => record.Name, StringComparer.Ordinal))
        {
            yield return $"{record.Saturated} values of '{record.Name}' are too large for the output dtype; a wider --dtype keeps them.";
        }

        foreach (TensorRecord record in records.Values.Where(record => record.NaNCount > 0).OrderBy(record => record.Name, StringComparer.Ordinal))
        {
            yield return $"{record.NaNCount} values of '{record.Name}' are NaN.";
        }
    }
}
