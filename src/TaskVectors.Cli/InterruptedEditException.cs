using TaskVectors.Execution;

namespace TaskVectors.Cli;

/// <summary>An edit was cancelled; says how to go on with it.</summary>
internal sealed class InterruptedEditException(OutputTarget target, OperationCanceledException cause)
    : OperationCanceledException(Describe(target), cause, cause.CancellationToken)
{
    private static string Describe(OutputTarget target) => Directory.Exists(target.PartialFolder)
        ? $"Cancelled. What is finished is kept in '{target.PartialFolder}'; give the same command with --resume to go on, "
            + "or with --force to start again."
        : "Cancelled; nothing has been written.";
}
