using System.Globalization;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Models.Training;

/// <summary>
/// The parameters that were measured to be the best so far, in a file. A run that is resumed makes the same measurements again, so what an interrupted one
/// has kept stays right.
/// </summary>
internal sealed class BestParameters(string path, IReadOnlyList<KeyValuePair<string, Tensor>> trained, string run)
{
    private double _score = double.NegativeInfinity;

    /// <summary>The step of the best, or null where nothing has been measured.</summary>
    public int? Step { get; private set; }

    /// <summary>What was measured of the best; null where an earlier process did.</summary>
    public EvaluationResult? Measured { get; private set; }

    /// <summary>Goes on with what an interrupted run has kept, or forgets what another has.</summary>
    public void Resume()
    {
        if (File.Exists(path) && TrainingCheckpoint.ReadScore(path, run) is { } kept)
        {
            (Step, _score) = kept;
        }
    }

    /// <summary>Keeps the parameters if they are better than those kept.</summary>
    public void Consider(int step, EvaluationResult result)
    {
        double score = ScoreOf(result);
        if (score > _score)
        {
            TrainingCheckpoint.WriteScored(path, trained, step, score, run);
            (Step, Measured, _score) = (step, result, score);
        }
    }

    /// <summary>Puts the best back into the model.</summary>
    public void Restore() => TrainingCheckpoint.RestoreParameters(path, trained);

    private static double ScoreOf(EvaluationResult result)
    {
        Metric? accuracy = result.Metrics.FirstOrDefault(metric => metric.Name == "accuracy");
        return accuracy?.Value ?? -(result.Metrics.FirstOrDefault(metric => metric.Name == "loss")?.Value ?? throw new TrainingException(
            "training.best", string.Create(CultureInfo.InvariantCulture, $"{result.Evaluator} measures neither accuracy nor loss, so the best step cannot be told. Keep the last.")));
    }
}
