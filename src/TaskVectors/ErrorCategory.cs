namespace TaskVectors;

/// <summary>What went wrong, in the terms a caller acts on. The command line maps each to an exit code.</summary>
public enum ErrorCategory
{
    /// <summary>A check was made and failed: a hash differs, no candidate is feasible (exit code 1).</summary>
    FailedCheck = 1,

    /// <summary>The request itself makes no sense: a malformed expression, an unknown name, an existing output (exit code 2).</summary>
    Usage = 2,

    /// <summary>An input is missing, malformed or does not fit the others (exit code 3).</summary>
    BadInput = 3,

    /// <summary>Reading or writing failed: permissions, a full disk, a device (exit code 4).</summary>
    InputOutput = 4,
}
