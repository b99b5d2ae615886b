namespace TaskVectors.Merging.Trimming;

/// <summary>
/// The probabilities of the ranks of a row, which lie on a line, as limits: an element is kept where its random number of 32 bits lies below the limit
/// of its rank.
/// </summary>
/// <param name="Low">The probability of rank 0, in units of 2^-63.</param>
/// <param name="Step">How much that of each next rank is more, in the same units.</param>
internal readonly record struct RankLine(ulong Low, ulong Step)
{
    /// <summary>How far a limit is shifted to be a probability.</summary>
    public const int LimitShift = 31;

    private const double Units = 9223372036854775808.0;

    /// <summary>The line of a row.</summary>
    /// <param name="first">The probability of its first rank, in (0, 1).</param>
    /// <param name="last">The probability of its last rank, in (0, 1).</param>
    /// <param name="count">The elements of the row; one has the mean probability.</param>
    public static RankLine Between(double first, double last, int count) => count < 2
        ? new RankLine((ulong)((first + last) / 2 * Units), 0)
        : new RankLine((ulong)(first * Units), (ulong)((last - first) * Units) / (ulong)(count - 1));

    /// <summary>What the random number of a rank must lie below.</summary>
    public uint LimitOf(int rank) => (uint)((Low + (Step * (ulong)rank)) >> LimitShift);
}
