using TaskVectors.Models.Evaluation;

namespace TaskVectors.Models.Training;

/// <summary>What a finished run has made.</summary>
/// <param name="Folder">The folder with the trained model.</param>
/// <param name="Steps">The steps of the whole run.</param>
/// <param name="ResumedAt">The steps that an earlier process had made; 0 where the run was not resumed.</param>
/// <param name="Losses">The loss of each step that this process made, in order.</param>
public sealed record TrainingResult(string Folder, int Steps, int ResumedAt, IReadOnlyList<double> Losses)
{
    /// <summary>What was measured last, on the parameters of the last step; null where nothing was.</summary>
    public EvaluationResult? Validation { get; init; }

    /// <summary>What was measured of the parameters that were written; null where nothing was, or an earlier process did.</summary>
    public EvaluationResult? WrittenValidation { get; init; }

    /// <summary>The step whose parameters were written; the last but where the best are kept.</summary>
    public int WrittenStep { get; init; } = Steps;

    /// <summary>The number of parameters that were trained.</summary>
    public long TrainedParameters { get; init; }
}
