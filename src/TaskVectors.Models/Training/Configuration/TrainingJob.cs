using System.Collections.Immutable;
using System.Diagnostics;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>A run that is ready: its configuration bound to a model in memory and to data that have been opened. Nothing has been written.</summary>
/// <example><code>
/// using ComputeContext context = new();
/// using TrainingJob job = TrainingJob.Open(TrainingConfiguration.Load("reviews.yml"), context);
/// TrainingResult result = job.Run("minilm-reviews");
/// </code></example>
public sealed class TrainingJob : IDisposable
{
    private readonly TrainingConfiguration _configuration;
    private readonly ConfiguredTask _task;
    private readonly Checkpoint _start;
    private readonly IReadOnlyList<string> _data;

    internal TrainingJob(TrainingConfiguration configuration, ConfiguredTask task, Checkpoint start, IReadOnlyList<string> data, Model model, TrainingOptions options)
    {
        (_configuration, _task, _start, _data, Model, Options) = (configuration, task, start, data, model, options);
        Parameters = options.Lora is { } lora
            ? [.. TrainedParameters.Choose(model, lora.Targets).Select(parameter => parameter.Key)]
            : [.. TrainedParameters.Choose(model, options.Trained).Select(parameter => parameter.Key)];
    }

    /// <summary>The model, with the weights that the run begins with.</summary>
    public Model Model { get; }

    /// <summary>How the model is trained.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The names of the parameters that are trained, or with adapters of those that get one.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>The number of examples that are trained on.</summary>
    public int Examples => _task.Training.Count;

    /// <summary>The number of examples that the model is measured on.</summary>
    public int HeldOut => _task.HeldOut;

    /// <summary>What the classes are called, by number; empty for a language model, or where nothing names them.</summary>
    public IReadOnlyList<string> ClassNames => _task.ClassNames ?? [];

    /// <summary>How many times every example is seen, on average.</summary>
    public double Epochs => (double)Options.Steps * Options.BatchSize / Examples;

    /// <summary>Opens the model and the data of a configuration, and makes the head and the measure of the held-out examples.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="context">Where the model is to run.</param>
    /// <param name="seed">A seed in place of the configuration's.</param>
    /// <param name="note">Told what had to be assumed.</param>
    /// <exception cref="TrainingConfigurationException">The configuration has a mistake, or something that it names cannot be used; the cause's kind and category are its own.</exception>
    /// <exception cref="AggregateEditException">It has several.</exception>
    public static TrainingJob Open(TrainingConfiguration configuration, ComputeContext context, ulong? seed = null, Action<string>? note = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(context);
        return new JobOpening(configuration, context, seed ?? configuration.Seed, note ?? (_ => { })).Open();
    }

    /// <summary>Requires that a folder may be written.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="resume">Whether a run that it holds is continued.</param>
    /// <param name="replace">Whether a run that it holds is replaced.</param>
    /// <exception cref="TrainingException">It holds something else, or a run that is neither continued nor replaced.</exception>
    public void RequireFree(string folder, bool resume = false, bool replace = false) =>
        _ = new TrainingFolder(folder, _start.Base.Path, Options with { Resume = resume, Replace = replace });

    /// <summary>
    /// Trains, and writes the folder (see <see cref="Trainer.Train"/>); the configuration goes to <c>training/configuration.yml</c>, and a manifest, with the hashes of what was
    /// read and written and the last measurement, beside the weights.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="resume">Whether a run that it holds is continued.</param>
    /// <param name="replace">Whether a run that it holds is replaced.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellationToken">Stops between steps and leaves a checkpoint.</param>
    /// <exception cref="TaskVectorsException">Training had to stop, or the folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public TrainingResult Run(
        string folder, bool resume = false, bool replace = false, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var watch = Stopwatch.StartNew();
        var origin = CheckpointOrigin.Of(_start);
        ManifestInput[] data = [.. _data.Select(ManifestInput.OfData)];
        TrainingOptions options = Options with { Resume = resume, Replace = replace };
        TrainingResult result;
        try
        {
            result = Trainer.Train(Model, _start.Base.Path, _task.Training, folder, options, progress, cancellationToken);
        }
        finally
        {
            string kept = Path.Combine(folder, "training");
            if (Directory.Exists(kept))
            {
                File.WriteAllText(Path.Combine(folder, TrainingFolder.ConfigurationPath), _configuration.Text);
            }
        }

        _ = new WrittenOutput
        {
            Kind = "training",
            Expression = $"train({origin.Expression}, {OptionNames.Of(_configuration.Bound.Task!.Value)})",
            Inputs = [.. origin.Inputs, .. data],
            DType = DType.F32,
            Seed = Options.Seed,
            Metrics = result.WrittenValidation?.Metrics.ToImmutableSortedDictionary(metric => metric.Name, metric => metric.Value, StringComparer.Ordinal),
            Elapsed = watch.Elapsed,
        }.Record(Path.Combine(folder, OutputTarget.ManifestFileName), TrainingFolder.FilesOf(folder));
        return result;
    }

    /// <summary>Gives the model's memory back.</summary>
    public void Dispose() => Model.Dispose();
}
