namespace TaskVectors.Models.Statistics;

/// <summary>How far statistics are.</summary>
/// <param name="Done">The examples that were run, over all passes.</param>
/// <param name="Total">How many there will be.</param>
/// <param name="Elapsed">The time since the first.</param>
/// <param name="Remaining">The time that the others will take at the same speed.</param>
public sealed record StatisticsProgress(long Done, long Total, TimeSpan Elapsed, TimeSpan Remaining);
