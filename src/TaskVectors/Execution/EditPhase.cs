namespace TaskVectors.Execution;

/// <summary>What a running edit is doing.</summary>
public enum EditPhase
{
    /// <summary>Checking the tensors that an interrupted run has left.</summary>
    Resume,

    /// <summary>Reading, computing and writing tensors.</summary>
    Run,

    /// <summary>Flushing to disk, writing the manifest and renaming the output into place.</summary>
    Seal,

    /// <summary>The output is in place.</summary>
    Done,
}
