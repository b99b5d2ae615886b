namespace TaskVectors.Decomposition;

/// <summary>The ways a decomposition can fail, beyond those of every edit.</summary>
public enum DecompositionError
{
    /// <summary>An option has a value outside its range, or contradicts another.</summary>
    InvalidOption,

    /// <summary>A decomposition needs at least two task vectors.</summary>
    TooFewTasks,

    /// <summary>A name cannot be that of a file, or is given twice.</summary>
    InvalidName,

    /// <summary>No matrix is left to decompose.</summary>
    NothingToDecompose,

    /// <summary>The plan has a warning, and warnings are errors (<see cref="DecompositionOptions.Strict"/>).</summary>
    StrictWarning,

    /// <summary>A matrix needs more memory than the budget has.</summary>
    OutOfMemory,
}
