using TaskVectors.Tensors;

namespace TaskVectors.Models.Data;

/// <summary>Random orders that depend on a seed alone: the same on every machine.</summary>
public static class SeededOrder
{
    private const string Stream = "order";

    /// <summary>
    /// A random order of 0 to <paramref name="count"/> - 1, all equally likely (Fisher and Yates; from the end, the number at i is swapped with
    /// that at floor(u (i + 1)), u the Philox number of element i).
    /// </summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="round">The epoch: every one has an order of its own.</param>
    public static int[] Shuffle(int count, ulong seed, int round = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(round);
        var key = PhiloxKey.Create(seed, Stream, round.ToString(System.Globalization.CultureInfo.InvariantCulture));
        int[] order = [.. Enumerable.Range(0, count)];
        for (int index = count - 1; index > 0; index--)
        {
            int other = (int)Math.BigMul(Philox4x32.Bits(key, index), (ulong)index + 1, out _);
            (order[index], order[other]) = (order[other], order[index]);
        }

        return order;
    }
}
