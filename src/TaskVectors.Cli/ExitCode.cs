namespace TaskVectors.Cli;

/// <summary>What the process returns. Values 1 to 4 are those of <see cref="ErrorCategory"/>.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int FailedCheck = (int)ErrorCategory.FailedCheck;
    public const int Usage = (int)ErrorCategory.Usage;
    public const int BadInput = (int)ErrorCategory.BadInput;
    public const int InputOutput = (int)ErrorCategory.InputOutput;

    /// <summary>A bug: an exception nobody foresaw (EX_SOFTWARE of sysexits.h).</summary>
    public const int Unexpected = 70;

    /// <summary>Cancelled by a signal: 128 + SIGINT, as shells have it.</summary>
    public const int Cancelled = 130;
}
