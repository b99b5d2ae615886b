using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Analysis;

/// <summary>
/// Writes extracted factors as an adapter folder that PEFT loads, with a manifest, all at once: nobody sees half an adapter. The adapter
/// records its base, as other stored task vectors do.
/// </summary>
public sealed class AdapterOutput
{
    private const string Kind = "adapter";

    private readonly OutputTarget _target;
    private readonly IReadOnlyList<PlannedInput> _inputs;
    private readonly bool _force;

    /// <summary>Binds an output to its inputs.</summary>
    /// <param name="target">A folder.</param>
    /// <param name="inputs">The base, then the fine-tuned checkpoint or task vector.</param>
    /// <param name="anyBase">Whether a stored task vector may be relative to another base.</param>
    /// <param name="force">Whether an existing output of this program is replaced.</param>
    /// <exception cref="TaskVectorsException">It cannot be written there, or the vector has another base; several errors come as one.</exception>
    public AdapterOutput(OutputTarget target, IReadOnlyList<NamedSource> inputs, bool anyBase, bool force)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(inputs);
        _target = target;
        _force = force;
        _inputs = [.. inputs.Select(input => new PlannedInput(
            input.Name, input.Source, TaskVectorMetadata.IsTaskVector(input.Source), CheckpointFingerprint.Compute(input.Source)))];
        List<TaskVectorsException> errors = [.. target.Check(_inputs.Select(input => input.Source), force, resume: false)];
        if (target.IsSingleFile)
        {
            errors.Add(new EditException(EditError.InvalidOption, $"The output '{target.Path}' is a file; an adapter is a folder.") { File = target.Path });
        }

        errors.AddRange(anyBase ? [] : BaseChecks.Find(_inputs));
        AggregateEditException.ThrowIfAny(errors);
    }

    /// <summary>Writes the adapter.</summary>
    /// <param name="result">The factors and copies.</param>
    /// <param name="dtype">The dtype of the factors.</param>
    /// <param name="baseName">The name of the base for <c>base_model_name_or_path</c>, or <see langword="null"/>.</param>
    /// <exception cref="LoraException">Every matrix is zero.</exception>
    /// <exception cref="StorageException">Writing failed.</exception>
    public void Write(LowRankResult result, DType dtype, string? baseName)
    {
        ArgumentNullException.ThrowIfNull(result);
        string folder = _target.PartialFolder;
        try
        {
            _ = Directory.CreateDirectory(folder);
            using Journal journal = Journal.Create(folder, Kind);
            try
            {
                LoraWriter.Write(folder, result.Factors, baseName, dtype, result.Saved, Metadata());
                Manifest(folder, dtype).Save(Path.Combine(folder, OutputTarget.ManifestFileName));
            }
            catch (LoraException)
            {
                journal.Dispose();
                Directory.Delete(folder, recursive: true);
                throw;
            }

            DurableFile.FlushFolder(folder, [OutputTarget.ManifestFileName]);
            _target.RequireFree(_force);
            SealedOutput.MoveIntoPlace(_target, LoraConstants.WeightsFile, journal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(_target.Path, $"'{_target.Path}' cannot be written: {error.Message}", error);
        }
    }

    private Dictionary<string, string> Metadata() => new(StringComparer.Ordinal)
    {
        [TaskVectorMetadata.KindKey] = TaskVectorMetadata.TaskVectorKind,
        [TaskVectorMetadata.ToolVersionKey] = ToolVersion.Current,
        [TaskVectorMetadata.ExpressionKey] = Expression,
        [TaskVectorMetadata.PartialKey] = "true",
        [TaskVectorMetadata.BaseNameKey] = _inputs[0].Name,
        [TaskVectorMetadata.BaseFingerprintKey] = _inputs[0].Fingerprint,
    };

    private string Expression => $"extract({string.Join(", ", _inputs.Select(input => input.Name).Reverse())})";

    private Manifest Manifest(string folder, DType dtype) =>
        new WrittenOutput { Kind = Kind, Expression = Expression, Inputs = [.. _inputs.Select(input => ManifestInput.Of(input))], DType = dtype }
            .Describe(folder, [LoraConstants.WeightsFile, LoraConstants.ConfigFile]);
}
