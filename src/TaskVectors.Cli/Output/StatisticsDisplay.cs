using Spectre.Console;
using TaskVectors.Models.Statistics;

namespace TaskVectors.Cli.Output;

/// <summary>Shows how far statistics are: a bar on a terminal, a line every few seconds elsewhere, nothing when quiet.</summary>
internal static class StatisticsDisplay
{
    /// <summary>Runs work under a display.</summary>
    public static void Run(Reporter reporter, Action<IProgress<StatisticsProgress>?> work) =>
        _ = ProgressDisplay.Run<StatisticsProgress, bool>(reporter, error => new Lines(error), task => new Bar(task), progress =>
        {
            work(progress);
            return true;
        });

    private static string Describe(StatisticsProgress progress) => $"example {progress.Done} of {progress.Total}, {ProgressText.Duration(progress.Remaining)} left";

    private sealed class Bar(ProgressTask task) : IProgress<StatisticsProgress>
    {
        public void Report(StatisticsProgress value)
        {
            task.MaxValue = value.Total;
            task.Value = value.Done;
            task.Description = Markup.Escape(Describe(value));
        }
    }

    private sealed class Lines(TextWriter error) : IProgress<StatisticsProgress>
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

        private TimeSpan _next = Interval;

        public void Report(StatisticsProgress value)
        {
            if (value.Elapsed >= _next)
            {
                _next = value.Elapsed + Interval;
                error.WriteLine(Describe(value));
            }
        }
    }
}
