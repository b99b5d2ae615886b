using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Decomposition.Reports;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition.Parts;

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
        RequireBase();
        InputStamp.RequireUnchanged(plan.Inputs);
        try
        {
            ManifestFile[] parts = [.. plan.Parts.SelectMany(Complete)];
            files.Output.Flush();
            string reportPath = Path.Combine(folder, DecompositionReport.FileName);
            File.WriteAllText(reportPath, report.ToJson());
            var reportFile = new ManifestFile(
                DecompositionReport.FileName, new FileInfo(reportPath).Length, FileHash.Of(reportPath, plan.Options.Digest));
            Manifest(report, [.. parts, reportFile], elapsed).Save(Path.Combine(folder, OutputTarget.ManifestFileName));
            DurableFile.FlushFolder(folder, [DecompositionReport.FileName, OutputTarget.ManifestFileName]);
            plan.Target.RequireFree(plan.Options.Force);
            files.Dispose();
            DeleteWorkingFiles(folder);
            SealedOutput.MoveIntoPlace(plan.Target, plan.Parts[0].Path, journal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(plan.Target.Path, $"Finishing '{plan.Target.Path}' failed: {error.Message}", error);
        }
    }

    // The fingerprint that the plan compares is made of samples; now that all of the base has been read, all of it is compared.
    private void RequireBase()
    {
        foreach (PlannedInput vector in plan.Options.AnyBase ? [] : plan.Inputs.Where(input => input.IsVector))
        {
            bool isComparable = vector.Source.Metadata.TryGetValue(TaskVectorMetadata.BaseHashKey, out string? recorded)
                && Digest.AlgorithmOf(recorded) == plan.Options.Digest;
            if (isComparable && recorded != _baseHash)
            {
                throw new EditException(
                    EditError.BaseMismatch,
                    $"The task vector '{vector.Name}' was made from another base than '{plan.Inputs[0].Name}': some of their weights differ. Pass --any-base to decompose it all the same.")
                { File = vector.Source.Path };
            }
        }
    }

    private IEnumerable<ManifestFile> Complete(PlannedPart planned, int part)
    {
        var metadata = new Dictionary<string, string>(planned.Metadata) { [TaskVectorMetadata.BaseHashKey] = _baseHash };
        return planned.IsLowRank
            ? new AdapterPart(plan, files, finished, part).Write(metadata)
            : [CompleteHeader(planned.Layout, part, metadata)];
    }

    private ManifestFile CompleteHeader(SafetensorsFileLayout layout, int part, Dictionary<string, string> metadata)
    {
        ReadOnlyMemory<byte> header = layout.EncodeHeader(metadata);
        files.Output.Write(part, 0, header.Span);
        var hashes = finished.ToDictionary(tensor => tensor.Name, tensor => tensor.Hashes[part], StringComparer.Ordinal);
        IEnumerable<string> inOrder = layout.Tensors.Select(placed => hashes[placed.Tensor.Name]!);
        return new ManifestFile(layout.FileName, layout.Length, ManifestBuilder.WeightFileHash(plan.Options.Digest, header.Span, inOrder));
    }

    private void DeleteWorkingFiles(string folder)
    {
        foreach (PlannedPart part in plan.Parts.Where(part => part.IsLowRank))
        {
            File.Delete(Path.Combine(folder, part.Layout.FileName));
        }
    }

    private Manifest Manifest(DecompositionReport report, ImmutableArray<ManifestFile> written, TimeSpan elapsed) => new()
    {
        ToolVersion = ToolVersion.Current,
        Kind = Kind,
        Expression = $"decompose({string.Join(", ", plan.Inputs.Select(input => input.Name))})",
        Options = Options(),
        Inputs = [.. plan.Inputs.Select((input, index) => ManifestInput.Of(input, index == 0 ? _baseHash : null))],
        Files = written,
        Tensors = [.. plan.Parts.SelectMany(TensorsOf)],
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

    private IEnumerable<ManifestTensor> TensorsOf(PlannedPart planned, int part) => planned.IsLowRank
        ? new AdapterPart(plan, files, finished, part).Tensors
        : finished.Where(tensor => tensor.Hashes[part] is not null).Select(tensor => Tensor(tensor.Name, planned.Path, tensor.Hashes[part]!));

    internal static ManifestTensor Tensor(string name, string file, string hash) => new()
    {
        Name = name,
        File = file,
        DType = DType.F32.Name(),
        Operation = Kind,
        Coefficients = ImmutableDictionary<string, double>.Empty,
        Hash = hash,
        RoundingNorm = 0,
        EditNorm = 0,
    };
}
