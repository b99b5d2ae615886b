namespace TaskVectors.Merging.Trimming;

/// <summary>How DARE makes up for what it drops.</summary>
internal enum DareRescale
{
    /// <summary>The sum of magnitudes of each tensor is restored.</summary>
    Mergekit,

    /// <summary>What is kept is divided by the density, so that its expectation is what it was.</summary>
    Paper,
}
