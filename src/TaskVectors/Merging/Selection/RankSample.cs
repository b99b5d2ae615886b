using System.Runtime.InteropServices;

namespace TaskVectors.Merging.Selection;

/// <summary>Scores drawn evenly from all: those in a window are known, of others only how many lie above and below it.</summary>
internal sealed class RankSample
{
    // Patterns of scores, made to order as the scores do; reordered when ranks are looked for.
    private long[] _keys = [];

    /// <summary>How many lie above what is known.</summary>
    public long Above { get; private set; }

    /// <summary>How many lie below what is known.</summary>
    public long Below { get; private set; }

    /// <summary>The number of scores.</summary>
    public long Count => Above + _keys.Length + Below;

    /// <summary>Takes other scores.</summary>
    public void Take(ReadOnlySpan<double> known, long above, long below)
    {
        _keys = GC.AllocateUninitializedArray<long>(known.Length);
        (Above, Below) = (above, below);
        MakeKeys(known, _keys);
    }

    /// <summary>The score of a rank, from 1 for the largest; <see langword="null"/> where it is not known.</summary>
    public double? Ranked(long rank) => rank > Above && rank <= Above + _keys.Length ? ScoreOf(QuickSelect.Largest(_keys, rank - Above)) : null;

    /// <summary>Drops what is not above a score in the window.</summary>
    public void KeepAbove(double score)
    {
        long key = KeyOf(score);
        _keys = Array.FindAll(_keys, other => other > key);
        Below = 0;
    }

    /// <summary>Drops what is not below a score in the window.</summary>
    public void KeepBelow(double score)
    {
        long key = KeyOf(score);
        _keys = Array.FindAll(_keys, other => other < key);
        Above = 0;
    }

    /// <summary>The score of a rank in a list, from 1 for the largest. The list is overwritten.</summary>
    public static double Ranked(Span<double> scores, long rank)
    {
        Span<long> keys = MemoryMarshal.Cast<double, long>(scores);
        MakeKeys(scores, keys);
        return ScoreOf(QuickSelect.Largest(keys, rank));
    }

    private static void MakeKeys(ReadOnlySpan<double> scores, Span<long> keys)
    {
        for (int index = 0; index < scores.Length; index++)
        {
            keys[index] = KeyOf(scores[index]);
        }
    }

    // Zeros are equal, whatever their sign.
    private static long KeyOf(double score)
    {
        long bits = BitConverter.DoubleToInt64Bits(score + 0.0);
        return bits >= 0 ? bits : bits ^ long.MaxValue;
    }

    private static double ScoreOf(long key) => BitConverter.Int64BitsToDouble(key >= 0 ? key : key ^ long.MaxValue);
}
