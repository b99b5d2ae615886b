using Spectre.Console;
using TaskVectors.Models.Statistics;

namespace TaskVectors.Cli.Output;

/// <summary>Shows how far statistics are: a bar on a terminal, a line every few seconds elsewhere, nothing when quiet.</summary>
internal static class StatisticsDisplay
{
    /// <summary>Runs work under a display.</summary>
    public static void Run(Reporter reporter, Action<IProgress<StatisticsProgress>?> work)
    {
        if (reporter.IsQuiet)
        {
            work(null);
            return;
        }

        if (!reporter.Terminal.IsErrorInteractive)
        {
            work(new Lines(reporter.Terminal.Error));
            return;
        }

        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(reporter.Terminal.Error), Interactive = InteractionSupport.Yes };
        AnsiConsole.Create(settings).Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .Start(context => work(new Bar(context.AddTask("starting"))));
    }

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
