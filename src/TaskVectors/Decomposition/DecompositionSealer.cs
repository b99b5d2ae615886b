using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition;

/// <summary>
/// Makes a finished decomposition visible, all at once: completes the headers, flushes, adds report and manifest, and renames the folder
/// into place.
/// </summary>
internal sealed class DecompositionSealer(DecompositionPlan plan, PartFiles files, IReadOnlyList<FinishedTensor> finished)
{
    private const string Kind = "decomposition";

    private readonly string _baseHash = Digest.OfText(
        plan.Options.Digest,
        plan.Tensors.Zip(finished, (tensor, done) => (tensor.Base, done.BaseHash))
            .OrderBy(pair => pair.Base.Name, StringComparer.Ordinal)
            .Select(pair => $"{pair.Base.Name}\0{pair.Base.DType.Name()}{pair.Base.Shape}{pair.BaseHash}"));

    public void Seal(DecompositionReport report, Journal journal, TimeSpan elapsed)
    {
        string folder = plan.Target.PartialFolder;
        InputStamp.RequireUnchanged(plan.Inputs);
        try
        {
            ManifestFile[] parts = [.. plan.Files.Select(CompleteHeader)];
            files.Output.Flush();
            string reportPath = Path.Combine(folder, DecompositionReport.FileName);
            File.WriteAllText(reportPath, report.ToJson());
            var reportFile = new ManifestFile(
                DecompositionReport.FileName, new FileInfo(reportPath).Length, FileHash.Of(reportPath, plan.Options.Digest));
            Manifest(report, [.. parts, reportFile], elapsed).Save(Path.Combine(folder, OutputTarget.ManifestFileName));
            DurableFile.FlushFolder(folder, [DecompositionReport.FileName, OutputTarget.ManifestFileName]);
            plan.Target.RequireFree(plan.Options.Force);
            files.Dispose();
            SealedOutput.MoveIntoPlace(plan.Target, plan.Files[0].FileName, journal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(plan.Target.Path, $"Finishing '{plan.Target.Path}' failed: {error.Message}", error);
        }
    }

    private ManifestFile CompleteHeader(SafetensorsFileLayout layout, int file)
    {
        var metadata = new Dictionary<string, string>(plan.Metadata[file]) { [TaskVectorMetadata.BaseHashKey] = _baseHash };
        ReadOnlyMemory<byte> header = layout.EncodeHeader(metadata);
        files.Output.Write(file, 0, header.Span);
        var hashes = finished.ToDictionary(tensor => tensor.Name, tensor => tensor.Hashes[file], StringComparer.Ordinal);
        IEnumerable<string> inOrder = layout.Tensors.Select(placed => hashes[placed.Tensor.Name]!);
        return new ManifestFile(layout.FileName, layout.Length, ManifestBuilder.WeightFileHash(plan.Options.Digest, header.Span, inOrder));
    }

    private Manifest Manifest(DecompositionReport report, ImmutableArray<ManifestFile> written, TimeSpan elapsed) => new()
    {
        ToolVersion = ToolVersion.Current,
        Kind = Kind,
        Expression = $"decompose({string.Join(", ", plan.Inputs.Select(input => input.Name))})",
        Options = Options(),
        Inputs = [.. plan.Inputs.Select(Input)],
        Files = written,
        Tensors = [.. plan.Files.SelectMany(TensorsOf)],
        RoundingNorm = 0,
        EditNorm = 0,
        Saturated = 0,
        NaNCount = 0,
        Warnings = [.. report.Warnings],
        Finished = DateTimeOffset.UtcNow,
        Seconds = Math.Round(elapsed.TotalSeconds, 3),
    };

    private ManifestOptions Options() => new()
    {
        DType = DType.F32.Name(),
        Rounding = OptionNames.Of(Rounding.Nearest),
        Seed = plan.Options.Subspace.Seed,
        Missing = OptionNames.Of(plan.Options.Missing),
        NaN = OptionNames.Of(NaNPolicy.Error),
        AnyBase = plan.Options.AnyBase,
        ShardSize = long.MaxValue,
        Digest = OptionNames.Of(plan.Options.Digest),
        Include = [.. plan.Options.Filter.Include.Select(pattern => pattern.Text)],
        Exclude = [.. plan.Options.Filter.Exclude.Select(pattern => pattern.Text)],
    };

    private ManifestInput Input(PlannedInput input, int index) => new()
    {
        Name = input.Name,
        Path = input.Source.Path,
        Format = input.Source.Format,
        Kind = input.IsVector ? TaskVectorMetadata.TaskVectorKind : "checkpoint",
        Fingerprint = input.Fingerprint,
        Hash = index == 0 ? _baseHash : null,
        Files = [.. input.Source.Files.Select(file => new ManifestInputFile(file.Path, file.Length, null))],
        Tensors = ImmutableSortedDictionary<string, string>.Empty,
    };

    private IEnumerable<ManifestTensor> TensorsOf(SafetensorsFileLayout layout, int file) =>
        finished.Where(tensor => tensor.Hashes[file] is not null).Select(tensor => Tensor(layout, file, tensor));

    private static ManifestTensor Tensor(SafetensorsFileLayout layout, int file, FinishedTensor tensor) => new()
    {
        Name = tensor.Name,
        File = layout.FileName,
        DType = DType.F32.Name(),
        Operation = Kind,
        Coefficients = ImmutableDictionary<string, double>.Empty,
        Hash = tensor.Hashes[file]!,
        RoundingNorm = 0,
        EditNorm = 0,
    };
}
