namespace TaskVectors.Merging.Trimming;

/// <summary>Which elements DARE drops.</summary>
internal enum DropStrategy
{
    /// <summary>Each with the same probability.</summary>
    Random,

    /// <summary>The smallest magnitudes of each tensor.</summary>
    Magnitude,
}
