using TaskVectors.Models.Evaluation;

namespace TaskVectors.Models.Training;

/// <summary>What a step of training did.</summary>
/// <param name="Step">The step, counted from 1.</param>
/// <param name="TotalSteps">How many there will be.</param>
/// <param name="Loss">The mean loss of the batch, before the step.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="GradientNorm">The Euclidean norm of all gradients together, before clipping.</param>
/// <param name="Elapsed">Time since this process began or resumed the run.</param>
/// <param name="Remaining">The time that the other steps will take, at the mean speed of this process so far.</param>
/// <param name="Validation">What was measured after the step, where something was.</param>
public sealed record TrainingProgress(
    int Step, int TotalSteps, double Loss, double LearningRate, double GradientNorm, TimeSpan Elapsed, TimeSpan Remaining, EvaluationResult? Validation = null);
