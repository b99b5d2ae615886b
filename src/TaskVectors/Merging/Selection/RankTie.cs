namespace TaskVectors.Merging.Selection;

/// <summary>Equal magnitudes of which only some are among the k largest.</summary>
/// <param name="Pattern">Their pattern.</param>
/// <param name="First">The first element of the chunk that holds the last of them.</param>
/// <param name="End">The end of that chunk.</param>
/// <param name="Count">How many of them in that chunk.</param>
internal readonly record struct RankTie(long Pattern, long First, long End, long Count);
