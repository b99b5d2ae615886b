using System.Globalization;
using System.Runtime.InteropServices;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Training;

/// <summary>
/// The state of a run after a step, as a safetensors file: <c>parameter/NAME</c> of what is trained and <c>STATE/NAME</c> of the optimiser in F32, and in the
/// metadata the step and what the run depends on. It is written beside the last one and then takes its place.
/// </summary>
internal static class TrainingCheckpoint
{
    private const string StepKey = "step";
    private const string RunKey = "run";
    private const string ScoreKey = "score";
    private const string ParameterPrefix = "parameter";

    public static void Write(string path, IReadOnlyList<KeyValuePair<string, Tensor>> trained, Optimizer optimizer, string run)
    {
        List<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> tensors = [];
        foreach ((string name, Tensor parameter) in trained)
        {
            tensors.Add(TrainingFolder.Encode($"{ParameterPrefix}/{name}", parameter));
            tensors.AddRange(optimizer.StateNames
                .Select(state => (Name: $"{state}/{name}", Tensor: optimizer.FindState(parameter, state)))
                .Where(state => state.Tensor is not null)
                .Select(state => TrainingFolder.Encode(state.Name, state.Tensor!)));
        }

        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StepKey] = optimizer.Steps.ToString(CultureInfo.InvariantCulture),
            [RunKey] = run,
        });
    }

    /// <summary>Puts a checkpoint's values into the model and the optimiser.</summary>
    /// <exception cref="TrainingException">It is of another run, or damaged. Nothing has been changed then.</exception>
    public static void Restore(string path, IReadOnlyList<KeyValuePair<string, Tensor>> trained, Optimizer optimizer, string run, int totalSteps)
    {
        CheckpointSource source = new SafetensorsFormat().Open(path);
        if (source.Metadata.GetValueOrDefault(RunKey) is not { } recorded
            || !int.TryParse(source.Metadata.GetValueOrDefault(StepKey), NumberStyles.None, CultureInfo.InvariantCulture, out int step)
            || step > totalSteps)
        {
            throw Damaged(path, "does not say which step of which run it is");
        }

        if (recorded != run)
        {
            throw new TrainingException(
                "training.other-run", $"'{path}' is of a run with other settings, data or weights. It was {recorded}; this is {run}. Restore them, or name another folder.")
            {
                File = path,
            };
        }

        List<(TensorInfo From, Func<Tensor> To)> plan = [];
        foreach ((string name, Tensor parameter) in trained)
        {
            plan.Add((Require(source, $"{ParameterPrefix}/{name}", parameter), () => parameter));
            plan.AddRange(optimizer.StateNames
                .Where(state => source.TryGetTensor($"{state}/{name}", out _))
                .Select(state => (Require(source, $"{state}/{name}", parameter), (Func<Tensor>)(() => optimizer.OpenState(parameter, state)))));
        }

        using ICheckpointReader reader = source.OpenReader();
        foreach ((TensorInfo from, Func<Tensor> to) in plan)
        {
            reader.Read(from, 0, MemoryMarshal.AsBytes(to().Values));
        }

        optimizer.ResumeAt(step);
    }

    /// <summary>Writes parameters that were measured, without the state of the optimiser.</summary>
    public static void WriteScored(string path, IReadOnlyList<KeyValuePair<string, Tensor>> trained, int step, double score, string run) => SafetensorsFile.Write(
        path,
        trained.Select(parameter => TrainingFolder.Encode($"{ParameterPrefix}/{parameter.Key}", parameter.Value)),
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StepKey] = step.ToString(CultureInfo.InvariantCulture),
            [ScoreKey] = score.ToString("R", CultureInfo.InvariantCulture),
            [RunKey] = run,
        });

    /// <summary>The step and score of parameters that were measured, or null where they are of another run.</summary>
    public static (int Step, double Score)? ReadScore(string path, string run)
    {
        IReadOnlyDictionary<string, string> metadata = new SafetensorsFormat().Open(path).Metadata;
        return metadata.GetValueOrDefault(RunKey) == run
            && int.TryParse(metadata.GetValueOrDefault(StepKey), NumberStyles.None, CultureInfo.InvariantCulture, out int step)
            && double.TryParse(metadata.GetValueOrDefault(ScoreKey), NumberStyles.Float, CultureInfo.InvariantCulture, out double score)
            ? (step, score)
            : null;
    }

    /// <summary>Puts parameters that were measured into the model.</summary>
    /// <exception cref="TrainingException">The file is damaged.</exception>
    public static void RestoreParameters(string path, IReadOnlyList<KeyValuePair<string, Tensor>> trained)
    {
        CheckpointSource source = new SafetensorsFormat().Open(path);
        using ICheckpointReader reader = source.OpenReader();
        foreach ((string name, Tensor parameter) in trained)
        {
            reader.Read(Require(source, $"{ParameterPrefix}/{name}", parameter), 0, MemoryMarshal.AsBytes(parameter.Values));
        }
    }

    private static TensorInfo Require(CheckpointSource source, string name, Tensor like) =>
        source.TryGetTensor(name, out TensorInfo? tensor) && tensor.DType == DType.F32 && tensor.Shape == like.Shape
            ? tensor
            : throw Damaged(source.Path, $"has no F32 tensor '{name}' of shape {like.Shape}");

    private static TrainingException Damaged(string path, string what) =>
        new("training.checkpoint", $"'{path}' {what}, so the run cannot be resumed from it. Remove it to begin anew.") { File = path };
}
