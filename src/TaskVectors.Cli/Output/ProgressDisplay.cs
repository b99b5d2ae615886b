using Spectre.Console;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Output;

/// <summary>Shows how far a command is: a bar on a terminal, a line every few seconds elsewhere, nothing when quiet.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs work under a display.</summary>
    public static async Task<T> RunAsync<T>(Reporter reporter, Func<IProgress<EditProgress>?, Task<T>> work)
    {
        if (reporter.IsQuiet)
        {
            return await work(null).ConfigureAwait(false);
        }

        return reporter.Terminal.IsErrorInteractive
            ? await RunWithBarAsync(reporter.Terminal.Error, work).ConfigureAwait(false)
            : await work(new ProgressLines(reporter.Terminal.Error)).ConfigureAwait(false);
    }

    private static async Task<T> RunWithBarAsync<T>(TextWriter error, Func<IProgress<EditProgress>?, Task<T>> work)
    {
        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error), Interactive = InteractionSupport.Yes };
        IAnsiConsole console = AnsiConsole.Create(settings);
        return await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context => work(new ProgressBar(context.AddTask("starting"))))
            .ConfigureAwait(false);
    }

    /// <summary>Moves a bar whose label tells speed and time left.</summary>
    private sealed class ProgressBar(ProgressTask task) : IProgress<EditProgress>
    {
        public void Report(EditProgress value)
        {
            task.MaxValue = Math.Max(value.BytesTotal, 1);
            task.Value = value.BytesDone;
            task.Description = Markup.Escape(ProgressText.Describe(value));
        }
    }
}
