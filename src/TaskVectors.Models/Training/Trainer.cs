using TaskVectors.Models.Autograd;

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
    /// Trains and writes a folder in the layout of Hugging Face: <c>model.safetensors</c> (all parameters, F32), the source's configuration and tokenizer
    /// files, and in <c>training/</c> the log (<c>log.jsonl</c>) and the last checkpoint (<c>checkpoint.safetensors</c>).
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
        IReadOnlyList<KeyValuePair<string, Tensor>> trained = TrainedParameters.Choose(model, options.Trained);
        TrainingFolder output = new(folder, source, options.Resume);
        using TrainingRun run = new(model, data, options, trained, output);
        return run.Complete(folder, progress, cancellationToken);
    }
}
