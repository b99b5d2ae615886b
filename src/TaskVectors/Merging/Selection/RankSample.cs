using System.Runtime.InteropServices;

namespace TaskVectors.Merging.Selection;

/// <summary>Scores drawn evenly from all: those in a window are known, of others only how many lie above and below it.</summary>
internal sealed class RankSample
{
    // Scores or, in their place, patterns that order as they do; reordered when ranks are looked for.
    private PooledList<double> _known = new();

    /// <summary>How many lie above what is known.</summary>
    public long Above { get; private set; }

    /// <summary>How many lie below what is known.</summary>
    public long Below { get; private set; }

    /// <summary>The number of scores.</summary>
    public long Count => Above + _known.Count + Below;

    private Span<long> Keys => MemoryMarshal.Cast<double, long>(_known.Items);

    /// <summary>Takes other scores, and the room of their list, which is empty then.</summary>
    public void Take(PooledList<double> known, long above, long below)
    {
        int count = known.Count;
        _known.Clear();
        _known = known.Release();
        _ = _known.Append(count); // they still lie in the room
        (Above, Below) = (above, below);
        MakeKeys(_known.Items);
    }

    /// <summary>Forgets all and gives back the room.</summary>
    public void Clear()
    {
        _known.Clear();
        (Above, Below) = (0, 0);
    }

    /// <summary>The score of a rank, from 1 for the largest; <see langword="null"/> where it is not known.</summary>
    public double? Ranked(long rank) => rank > Above && rank <= Above + _known.Count ? ScoreOf(QuickSelect.Largest(Keys, rank - Above)) : null;

    /// <summary>Drops what is not above a score in the window.</summary>
    public void KeepAbove(double score)
    {
        Keep(KeyOf(score), isAbove: true);
        Below = 0;
    }

    /// <summary>Drops what is not below a score in the window.</summary>
    public void KeepBelow(double score)
    {
        Keep(KeyOf(score), isAbove: false);
        Above = 0;
    }

    /// <summary>The score of a rank in a list, from 1 for the largest. The list is overwritten.</summary>
    public static double Ranked(Span<double> scores, long rank) => ScoreOf(QuickSelect.Largest(MakeKeys(scores), rank));

    private void Keep(long key, bool isAbove)
    {
        Span<long> keys = Keys;
        int kept = 0;
        foreach (long other in keys)
        {
            keys[kept] = other;
            kept += (isAbove ? other > key : other < key) ? 1 : 0;
        }

        _known.Shorten(kept);
    }

    private static Span<long> MakeKeys(Span<double> scores)
    {
        Span<long> keys = MemoryMarshal.Cast<double, long>(scores);
        for (int index = 0; index < keys.Length; index++)
        {
            keys[index] = KeyOf(scores[index]);
        }

        return keys;
    }

    // Zeros are equal, whatever their sign.
    private static long KeyOf(double score)
    {
        long bits = BitConverter.DoubleToInt64Bits(score + 0.0);
        return bits >= 0 ? bits : bits ^ long.MaxValue;
    }

    private static double ScoreOf(long key) => BitConverter.Int64BitsToDouble(key >= 0 ? key : key ^ long.MaxValue);
}
