namespace TaskVectors.Merging.Competition;

/// <summary>What a change competes with in PCB.</summary>
internal enum PcbVariant
{
    /// <summary>The sum of the changes as they are.</summary>
    Raw,

    /// <summary>The sum of the changes, each brought to magnitudes from 0 to 1.</summary>
    Normalized,
}
