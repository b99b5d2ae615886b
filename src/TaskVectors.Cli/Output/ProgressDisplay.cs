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

    /// <summary>Runs work that writes an output under a display; when it is interrupted, the user learns how to go on.</summary>
    public static async Task<T> RunAsync<T>(Reporter reporter, OutputTarget target, Func<IProgress<EditProgress>?, Task<T>> work)
    {
        try
        {
            return await RunAsync(reporter, work).ConfigureAwait(false);
        }
        catch (OperationCanceledException cause)
        {
            throw new InterruptedEditException(target, cause);
        }
    }

    /// <summary>Runs work of another kind under a display.</summary>
    /// <param name="reporter">How the command speaks.</param>
    /// <param name="lines">What writes lines to standard error.</param>
    /// <param name="bar">What moves a bar.</param>
    /// <param name="work">The work; its progress is null when nothing is shown.</param>
    public static TResult Run<TProgress, TResult>(
        Reporter reporter, Func<TextWriter, IProgress<TProgress>> lines, Func<ProgressTask, IProgress<TProgress>> bar, Func<IProgress<TProgress>?, TResult> work)
    {
        if (reporter.IsQuiet)
        {
            return work(null);
        }

        return reporter.Terminal.IsErrorInteractive
            ? BarOn(reporter.Terminal.Error).Start(context => work(bar(context.AddTask("starting"))))
            : work(lines(reporter.Terminal.Error));
    }

    private static Task<T> RunWithBarAsync<T>(TextWriter error, Func<IProgress<EditProgress>?, Task<T>> work) =>
        BarOn(error).StartAsync(context => work(new ProgressBar(context.AddTask("starting"))));

    private static Progress BarOn(TextWriter error)
    {
        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error), Interactive = InteractionSupport.Yes };
        return AnsiConsole.Create(settings).Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn());
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
