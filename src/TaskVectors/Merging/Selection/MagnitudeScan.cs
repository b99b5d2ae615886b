using System.Numerics;
using System.Runtime.Intrinsics;

namespace TaskVectors.Merging.Selection;

/// <summary>Loops over magnitudes: counting, finding those in a window, and clearing those on one side of a cut.</summary>
internal static class MagnitudeScan
{
    /// <summary>Finds the magnitudes in a window and counts those above it.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="low">The smallest pattern of the window.</param>
    /// <param name="high">The largest pattern of the window.</param>
    /// <param name="hits">Receives the positions of magnitudes in the window, in order; as long as <paramref name="values"/>.</param>
    /// <param name="above">Is increased by the number of magnitudes above.</param>
    /// <returns>The number of positions.</returns>
    public static int Find(ReadOnlySpan<double> values, long low, long high, Span<int> hits, ref long above)
    {
        Vector256<long> magnitude = Vector256.Create(long.MaxValue);
        Vector256<long> below = Vector256.Create(low - 1);
        Vector256<long> top = Vector256.Create(high);
        Vector256<long> larger = Vector256<long>.Zero;
        int count = 0;
        int index = 0;
        for (; index <= values.Length - Vector256<long>.Count; index += Vector256<long>.Count)
        {
            Vector256<long> pattern = Vector256.Create(values[index..]).AsInt64() & magnitude;
            Vector256<long> isAbove = Vector256.GreaterThan(pattern, top);
            larger -= isAbove;
            uint inside = Vector256.AndNot(Vector256.GreaterThan(pattern, below), isAbove).ExtractMostSignificantBits();
            while (inside != 0)
            {
                hits[count++] = index + BitOperations.TrailingZeroCount(inside);
                inside &= inside - 1;
            }
        }

        above += Vector256.Sum(larger);
        return FindScalar(values, low, high, index, hits, count, ref above);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public static int FindScalar(ReadOnlySpan<double> values, long low, long high, int from, Span<int> hits, int count, ref long above)
    {
        for (int index = from; index < values.Length; index++)
        {
            long pattern = MagnitudeCut.PatternOf(values[index]);
            if (pattern > high)
            {
                above++;
            }
            else if (pattern >= low)
            {
                hits[count++] = index;
            }
        }

        return count;
    }

    /// <summary>Sets to zero what does not lie within a cut.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="first">The index in the tensor of the first.</param>
    /// <param name="cut">The cut.</param>
    public static void KeepWithin(Span<double> values, long first, MagnitudeCut cut)
    {
        int before = Before(values, first, cut);
        Clear(values[..before], cut.Bound(beforeIndex: true), keepsLarger: true);
        Clear(values[before..], cut.Bound(beforeIndex: false), keepsLarger: true);
    }

    /// <summary>Sets to zero what lies within a cut.</summary>
    /// <inheritdoc cref="KeepWithin"/>
    public static void KeepOutside(Span<double> values, long first, MagnitudeCut cut)
    {
        int before = Before(values, first, cut);
        Clear(values[..before], cut.Bound(beforeIndex: true), keepsLarger: false);
        Clear(values[before..], cut.Bound(beforeIndex: false), keepsLarger: false);
    }

    private static int Before(Span<double> values, long first, MagnitudeCut cut) => (int)Math.Clamp(cut.Index - first, 0, values.Length);

    private static void Clear(Span<double> values, long bound, bool keepsLarger)
    {
        var magnitude = new Vector<long>(long.MaxValue);
        var limit = new Vector<long>(bound);
        Vector<long> flip = keepsLarger ? Vector<long>.Zero : Vector<long>.AllBitsSet;
        int index = 0;
        for (; index <= values.Length - Vector<long>.Count; index += Vector<long>.Count)
        {
            Vector<long> bits = Vector.AsVectorInt64(new Vector<double>(values[index..]));
            Vector<long> kept = bits & (Vector.GreaterThan(bits & magnitude, limit) ^ flip);
            Vector.AsVectorDouble(kept).CopyTo(values[index..]);
        }

        for (; index < values.Length; index++)
        {
            values[index] = (MagnitudeCut.PatternOf(values[index]) > bound) == keepsLarger ? values[index] : 0;
        }
    }
}
