namespace TaskVectors.Cli;

/// <summary>Training was cancelled; says how to go on with it.</summary>
internal sealed class InterruptedTrainingException(string folder, OperationCanceledException cause)
    : OperationCanceledException(
        $"Cancelled. What has been learnt is kept in '{folder}'; give the same command with --resume to go on, or with --force to start again.", cause, cause.CancellationToken);
