using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training.Lora;

namespace TaskVectors.Models.Training;

/// <summary>
/// Fine-tunes a model with a loss: a classifier of pictures or texts, or a language model. The model's parameters are changed in place. The same options,
/// data, weights, number of threads and linear algebra library give the same bytes, whether or not the run was interrupted and resumed.
/// </summary>
/// <example><code>
/// using Model model = ModelLoader.Load(Checkpoint.Open("vit"), context);
/// TrainingOptions options = new() { Steps = 500, LearningRate = 2e-4, WarmUpSteps = 50 };
/// Trainer.Train(model, "vit", new ImageTrainingData(pictures, processor), "vit-fashion", options);
/// </code></example>
public static class Trainer
{
    /// <summary>
    /// Trains and writes a folder in the layout of Hugging Face: <c>model.safetensors</c> (all parameters in F32, and what the model does not use as it is stored), the source's configuration and tokenizer
    /// files; with <see cref="TrainingOptions.Lora"/> an adapter in the layout of PEFT (<c>adapter_config.json</c>, <c>adapter_model.safetensors</c>) in place of
    /// them. In <c>training/</c> are the log (<c>log.jsonl</c>) and the last checkpoint (<c>checkpoint.safetensors</c>). Adapters are added to the model's weights
    /// when the run ends.
    /// </summary>
    /// <param name="model">The model as the run begins with it, also for a run that is resumed.</param>
    /// <param name="source">The folder, or the file in it, whose configuration and tokenizer go with the model.</param>
    /// <param name="data">The examples.</param>
    /// <param name="folder">The folder to write.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellationToken">Stops between steps and leaves a checkpoint.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="TrainingException">
    /// The model has no loss or nothing to train, the folder or its checkpoint is of another run, or a loss, gradient or parameter is no longer a finite number: the
    /// error has the step, and the last checkpoint, from before it, is kept.
    /// </exception>
    /// <exception cref="TaskVectorsException">An example does not fit the model, or reading or writing failed.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static TrainingResult Train(
        Model model,
        string source,
        ITrainingData data,
        string folder,
        TrainingOptions options,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        TrainingRun.Check(options, data);
        using ModelAdapters? adapters = options.Lora is null ? null : ModelAdapters.Attach(model, options.Lora);
        IReadOnlyList<KeyValuePair<string, Tensor>> whole = adapters is not null && options.Trained.IsAll ? [] : TrainedParameters.Choose(model, options.Trained);
        adapters?.RequireApart(whole);
        TrainingFolder output = new(folder, source, options);
        using TrainingRun run = new(model, data, options, new TrainedSet(whole, adapters), output);
        return run.Complete(folder, progress, cancellationToken);
    }
}
