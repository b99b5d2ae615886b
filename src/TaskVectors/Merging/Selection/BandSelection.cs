using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Merging.Selection;

/// <summary>
/// Finds a band of ranks in runs of magnitudes that are at hand, one run after the other: bins say in which few elements a rank lies
/// (<see cref="MagnitudeBins"/>), and only these are looked at closer.
/// </summary>
/// <param name="length">The most elements of a run.</param>
internal sealed class BandSelection(int length)
{
    private const int WordBits = 64;

    // Of so few elements all are looked at.
    private const int ShortRun = 64;

    // Bins of more are looked at whether all is equal there.
    private const int FewMembers = 32;

    private readonly MagnitudeBins _bins = new(length);
    private readonly long[] _members = new long[length];
    private readonly ulong[] _kept = new ulong[(length + WordBits - 1) / WordBits];

    /// <summary>The most elements of a run.</summary>
    public int Length => length;

    /// <summary>Which elements of a run lie in the band, one bit each; those of zeros mean nothing. Equal magnitudes are ranked by their index.</summary>
    /// <param name="run">The elements.</param>
    /// <param name="dropped">How many of the largest lie above the band.</param>
    /// <param name="kept">How many lie in it.</param>
    public ReadOnlySpan<ulong> Keep<T>(ReadOnlySpan<T> run, int dropped, int kept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<ulong> words = _kept.AsSpan(0, (run.Length + WordBits - 1) / WordBits);
        if (kept == 0 || (run.Length > ShortRun && !_bins.Count(run)))
        {
            words.Clear();
            return words;
        }

        (long upper, int above) = EndOf(run, dropped);
        (long lower, int within) = EndOf(run, dropped + kept);
        Mark(run, lower, upper, words);
        MarkEqual(run, lower, within, isKept: true, words);
        MarkEqual(run, upper, above, isKept: false, words);
        return words;
    }

    /// <summary>Gives each element a bit: whether its pattern is above one bound and no larger than another.</summary>
    public static void Mark<T>(ReadOnlySpan<T> run, long lower, long upper, Span<ulong> words)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            Mark<T, int>(run, int.CreateSaturating(lower), int.CreateSaturating(upper), words);
        }
        else
        {
            Mark<T, long>(run, lower, upper, words);
        }
    }

    /// <summary>The bits of up to 64 elements, one by one.</summary>
    public static ulong MarkScalar<T>(ReadOnlySpan<T> run, long lower, long upper)
        where T : unmanaged
    {
        ulong word = 0;
        for (int index = 0; index < run.Length; index++)
        {
            long pattern = MagnitudeCut.PatternOf(run[index]);
            word |= pattern > lower && pattern <= upper ? 1UL << index : 0;
        }

        return word;
    }

    private static void Mark<T, TBits>(ReadOnlySpan<T> run, TBits lower, TBits upper, Span<ulong> words)
        where T : unmanaged
        where TBits : unmanaged, IBinaryInteger<TBits>, IMinMaxValue<TBits>
    {
        ref T first = ref MemoryMarshal.GetReference(run);
        Vector256<TBits> magnitude = Vector256.Create(TBits.MaxValue);
        Vector256<TBits> low = Vector256.Create(lower);
        Vector256<TBits> high = Vector256.Create(upper);
        int whole = run.Length / WordBits;
        for (int group = 0; group < whole; group++)
        {
            ulong word = 0;
            for (int index = 0; index < WordBits; index += Vector256<TBits>.Count)
            {
                Vector256<TBits> pattern = Vector256.LoadUnsafe(ref first, (nuint)((group * WordBits) + index)).As<T, TBits>() & magnitude;
                word |= (ulong)Vector256.AndNot(Vector256.GreaterThan(pattern, low), Vector256.GreaterThan(pattern, high)).ExtractMostSignificantBits() << index;
            }

            words[group] = word;
        }

        if (whole < words.Length)
        {
            words[whole] = MarkScalar(run[(whole * WordBits)..], long.CreateTruncating(lower), long.CreateTruncating(upper));
        }
    }

    // The first elements of a pattern.
    private static void MarkEqual<T>(ReadOnlySpan<T> run, long pattern, int count, bool isKept, Span<ulong> words)
        where T : unmanaged
    {
        for (int start = 0; count > 0; start += WordBits)
        {
            ulong equal = EqualTo(run.Slice(start, Math.Min(WordBits, run.Length - start)), pattern);
            while (BitOperations.PopCount(equal) > count)
            {
                equal &= ~(1UL << BitOperations.Log2(equal));
            }

            count -= BitOperations.PopCount(equal);
            words[start / WordBits] = isKept ? words[start / WordBits] | equal : words[start / WordBits] & ~equal;
        }
    }

    private static ulong EqualTo<T>(ReadOnlySpan<T> group, long pattern)
        where T : unmanaged
    {
        if (group.Length < WordBits)
        {
            return MarkScalar(group, pattern - 1, pattern);
        }

        Span<ulong> word = stackalloc ulong[1];
        Mark(group, pattern - 1, pattern, word);
        return word[0];
    }

    // The pattern of the element of a rank, and how many of that pattern are among the largest up to it.
    private (long Pattern, int Equal) EndOf<T>(ReadOnlySpan<T> run, int rank)
        where T : unmanaged
    {
        if (rank == 0 || rank >= run.Length)
        {
            return (rank == 0 ? long.MaxValue : -1, 0);
        }

        (int bin, int larger, int count) = run.Length > ShortRun ? _bins.BinOf(rank) : (-1, 0, 0);
        int remaining = rank - larger;
        if (count > FewMembers && CommonPattern(run, _bins.Items, (ushort)bin, count) is { } equal)
        {
            return (equal, remaining);
        }

        Span<long> members = _members.AsSpan(0, bin < 0 ? ListAll(run) : List(run, _bins.Items, (ushort)bin));
        long pattern = QuickSelect.Largest(members, remaining);
        foreach (long member in members)
        {
            remaining -= member > pattern ? 1 : 0;
        }

        return (pattern, remaining);
    }

    // The pattern of all elements of a bin, if they are equal: so they are in full bins where stored values lie on a coarse grid.
    private static long? CommonPattern<T>(ReadOnlySpan<T> run, ReadOnlySpan<ushort> bins, ushort bin, int count)
        where T : unmanaged
    {
        long pattern = MagnitudeCut.PatternOf(run[bins.IndexOf(bin)]);
        return MagnitudeScan.CountEqual(run, pattern) == count ? pattern : null;
    }

    private int ListAll<T>(ReadOnlySpan<T> run)
        where T : unmanaged
    {
        for (int index = 0; index < run.Length; index++)
        {
            _members[index] = MagnitudeCut.PatternOf(run[index]);
        }

        return run.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int List<T>(ReadOnlySpan<T> run, ReadOnlySpan<ushort> bins, ushort bin)
        where T : unmanaged
    {
        ref ushort first = ref MemoryMarshal.GetReference(bins);
        Vector256<ushort> wanted = Vector256.Create(bin);
        int count = 0;
        int index = 0;
        for (; index <= bins.Length - Vector256<ushort>.Count; index += Vector256<ushort>.Count)
        {
            uint inside = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)index), wanted).ExtractMostSignificantBits();
            for (; inside != 0; inside &= inside - 1)
            {
                _members[count++] = MagnitudeCut.PatternOf(run[index + BitOperations.TrailingZeroCount(inside)]);
            }
        }

        for (; index < bins.Length; index++)
        {
            if (bins[index] == bin)
            {
                _members[count++] = MagnitudeCut.PatternOf(run[index]);
            }
        }

        return count;
    }
}
