namespace TaskVectors.Merging.Interference;

/// <summary>How WUDI minimises the interference.</summary>
internal enum WudiSolver
{
    /// <summary>A fixed number of small steps from the sum, as the authors' code does.</summary>
    Adam,

    /// <summary>The minimum itself, the one nearest to the sum.</summary>
    Exact,
}
