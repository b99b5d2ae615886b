using System.Globalization;
using Spectre.Console;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Training;

namespace TaskVectors.Cli.Output;

/// <summary>
/// Shows how far training is, with loss and time left: a bar on a terminal, a line every few seconds and for every measurement elsewhere, nothing when quiet.
/// </summary>
internal static class TrainingDisplay
{
    /// <summary>Runs work under a display.</summary>
    public static TrainingResult Run(Reporter reporter, Func<IProgress<TrainingProgress>?, TrainingResult> work) =>
        ProgressDisplay.Run(reporter, error => new Lines(error), task => new Bar(task), work);

    private static string Describe(TrainingProgress progress) =>
        string.Create(CultureInfo.InvariantCulture, $"loss {progress.Loss:0.0000}, {ProgressText.Duration(progress.Remaining)} left");

    private static string Describe(EvaluationResult result) =>
        string.Join(", ", result.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Name} {metric.Value:0.0000}")));

    private sealed class Bar(ProgressTask task) : IProgress<TrainingProgress>
    {
        private string _measured = string.Empty;

        public void Report(TrainingProgress value)
        {
            _measured = value.Validation is { } validation ? $", {Describe(validation)}" : _measured;
            task.MaxValue = value.TotalSteps;
            task.Value = value.Step;
            task.Description = Markup.Escape($"step {value.Step} of {value.TotalSteps}, {Describe(value)}{_measured}");
        }
    }

    private sealed class Lines(TextWriter error) : IProgress<TrainingProgress>
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

        private TimeSpan _next = Interval;

        public void Report(TrainingProgress value)
        {
            if (value.Validation is null && value.Elapsed < _next)
            {
                return;
            }

            _next = value.Elapsed + Interval;
            string measured = value.Validation is { } validation ? $"; held out: {Describe(validation)}" : string.Empty;
            error.WriteLine($"step {value.Step} of {value.TotalSteps}, {Describe(value)}{measured}");
        }
    }
}
