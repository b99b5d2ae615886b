namespace TaskVectors.Merging.Selection;

/// <summary>What a pass does for a <see cref="RankTarget"/>.</summary>
internal enum RankPhase
{
    /// <summary>Counts what is above the window and lists what is within.</summary>
    Count,

    /// <summary>Counts what lies in each part of the window.</summary>
    Bins,

    /// <summary>Finds the last of equal magnitudes that is within.</summary>
    Locate,

    /// <summary>Nothing: the end is found.</summary>
    Done,
}
