namespace TaskVectors.Merging.Selection;

/// <summary>Where a chunk lies, and how often it holds each of the values that are counted.</summary>
/// <param name="First">Its first element.</param>
/// <param name="End">Its end.</param>
/// <param name="PivotCounts">The counts.</param>
internal readonly record struct RankPlace(long First, long End, long[] PivotCounts);
