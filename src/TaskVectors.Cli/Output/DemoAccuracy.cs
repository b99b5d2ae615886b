using TaskVectors.Models.Evaluation;

namespace TaskVectors.Cli.Output;

/// <summary>How well one model of the demo does on test images that no model was trained on.</summary>
/// <param name="Model">What the model is.</param>
/// <param name="Accuracies">One a data set, in the order of the sets.</param>
internal sealed record DemoAccuracy(string Model, IReadOnlyList<Metric> Accuracies);
