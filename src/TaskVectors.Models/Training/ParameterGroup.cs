using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Training;

/// <summary>Parameters that are trained alike.</summary>
/// <param name="Parameters">The parameters.</param>
/// <param name="WeightDecay">How much of a parameter is taken away a step, times the learning rate.</param>
/// <param name="LearningRateFactor">What the learning rate is multiplied by.</param>
public sealed record ParameterGroup(IReadOnlyList<Tensor> Parameters, double WeightDecay = 0, double LearningRateFactor = 1);
