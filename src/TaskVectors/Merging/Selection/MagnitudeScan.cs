using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Merging.Selection;

/// <summary>Loops over magnitudes in F64 or F32: counting, finding those in a window, and clearing those on one side of a cut.</summary>
internal static class MagnitudeScan
{
    /// <summary>Finds the magnitudes in a window and counts those above it.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="low">The smallest pattern of the window.</param>
    /// <param name="high">The largest pattern of the window.</param>
    /// <param name="hits">Receives the positions of magnitudes in the window, in order; as long as <paramref name="values"/>.</param>
    /// <param name="above">Is increased by the number of magnitudes above.</param>
    /// <returns>The number of positions.</returns>
    public static int Find<T>(ReadOnlySpan<T> values, long low, long high, Span<int> hits, ref long above)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Find<T, int>(values, int.CreateSaturating(low), int.CreateSaturating(high), hits, ref above)
            : Find<T, long>(values, low, high, hits, ref above);

    /// <summary>The same from a position on, one by one.</summary>
    public static int FindScalar<T>(ReadOnlySpan<T> values, long low, long high, int from, Span<int> hits, int count, ref long above)
        where T : unmanaged
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

    /// <summary>The same where many magnitudes may equal an end of the window: these are counted instead.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="window">The smallest pattern of the window and the largest.</param>
    /// <param name="ends">The two patterns that are counted; -1 for one that is not.</param>
    /// <param name="hits">Receives the positions of other magnitudes in the window, in order; as long as <paramref name="values"/>.</param>
    /// <param name="above">Is increased by the number of magnitudes above.</param>
    /// <param name="equal">Receives how many magnitudes equal each end.</param>
    /// <returns>The number of positions.</returns>
    public static int Find<T>(ReadOnlySpan<T> values, (long Low, long High) window, (long Low, long High) ends, Span<int> hits, ref long above, out (long Low, long High) equal)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Find<T, int>(
                values, (int.CreateSaturating(window.Low), int.CreateSaturating(window.High)), (int.CreateSaturating(ends.Low), int.CreateSaturating(ends.High)), hits, ref above, out equal)
            : Find<T, long>(values, window, ends, hits, ref above, out equal);

    /// <summary>The same from a position on, one by one.</summary>
    public static int FindScalar<T>(
        ReadOnlySpan<T> values, (long Low, long High) window, (long Low, long High) ends, int from, Span<int> hits, int count, ref long above, ref (long Low, long High) equal)
        where T : unmanaged
    {
        for (int index = from; index < values.Length; index++)
        {
            long pattern = MagnitudeCut.PatternOf(values[index]);
            if (pattern > window.High)
            {
                above++;
            }
            else if (pattern == ends.High)
            {
                equal.High++;
            }
            else if (pattern == ends.Low)
            {
                equal.Low++;
            }
            else if (pattern >= window.Low)
            {
                hits[count++] = index;
            }
        }

        return count;
    }

    /// <summary>How many magnitudes have a pattern.</summary>
    public static int CountEqual<T>(ReadOnlySpan<T> values, long pattern)
        where T : unmanaged => typeof(T) == typeof(float) ? CountEqual<T, int>(values, (int)pattern) : CountEqual<T, long>(values, pattern);

    /// <summary>Sets to zero what does not lie within a cut.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="first">The index in the tensor of the first.</param>
    /// <param name="cut">The cut.</param>
    public static void KeepWithin<T>(Span<T> values, long first, MagnitudeCut cut)
        where T : unmanaged
    {
        int before = Before(values.Length, first, cut);
        Clear(values[..before], cut.Bound(beforeIndex: true), keepsLarger: true);
        Clear(values[before..], cut.Bound(beforeIndex: false), keepsLarger: true);
    }

    /// <summary>Sets to zero what lies within a cut.</summary>
    /// <inheritdoc cref="KeepWithin{T}"/>
    public static void KeepOutside<T>(Span<T> values, long first, MagnitudeCut cut)
        where T : unmanaged
    {
        int before = Before(values.Length, first, cut);
        Clear(values[..before], cut.Bound(beforeIndex: true), keepsLarger: false);
        Clear(values[before..], cut.Bound(beforeIndex: false), keepsLarger: false);
    }

    /// <summary>Sets to zero what lies within one cut or not within another.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="first">The index in the tensor of the first.</param>
    /// <param name="inner">The cut within which all is cleared.</param>
    /// <param name="outer">The cut without which all is cleared.</param>
    public static void KeepBetween<T>(Span<T> values, long first, MagnitudeCut inner, MagnitudeCut outer)
        where T : unmanaged
    {
        int beforeInner = Before(values.Length, first, inner);
        int beforeOuter = Before(values.Length, first, outer);
        if (IsInside(beforeInner, values.Length) || IsInside(beforeOuter, values.Length))
        {
            KeepWithin(values, first, outer);
            KeepOutside(values, first, inner);
            return;
        }

        (long lower, long upper) = (outer.Bound(beforeOuter > 0), inner.Bound(beforeInner > 0));
        if (typeof(T) == typeof(float))
        {
            ClearBeyond<T, int>(values, int.CreateSaturating(lower), int.CreateSaturating(upper));
        }
        else
        {
            ClearBeyond<T, long>(values, lower, upper);
        }
    }

    /// <summary>Clears elements whose pattern is not above one bound or is above another, one by one.</summary>
    public static void ClearBeyondScalar<T>(Span<T> values, long lower, long upper)
        where T : unmanaged
    {
        for (int index = 0; index < values.Length; index++)
        {
            long pattern = MagnitudeCut.PatternOf(values[index]);
            values[index] = pattern > lower && pattern <= upper ? values[index] : default;
        }
    }

    /// <summary>Clears elements on one side of a bound, one by one.</summary>
    public static void ClearScalar<T>(Span<T> values, long bound, bool keepsLarger)
        where T : unmanaged
    {
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = (MagnitudeCut.PatternOf(values[index]) > bound) == keepsLarger ? values[index] : default;
        }
    }

    private static bool IsInside(int place, int length) => place > 0 && place < length;

    private static void ClearBeyond<T, TBits>(Span<T> values, TBits lower, TBits upper)
        where T : unmanaged
        where TBits : unmanaged, IBinaryInteger<TBits>, IMinMaxValue<TBits>
    {
        var magnitude = new Vector<TBits>(TBits.MaxValue);
        var low = new Vector<TBits>(lower);
        var high = new Vector<TBits>(upper);
        int index = 0;
        for (; index <= values.Length - Vector<TBits>.Count; index += Vector<TBits>.Count)
        {
            Vector<TBits> bits = new Vector<T>(values[index..]).As<T, TBits>();
            Vector<TBits> pattern = bits & magnitude;
            Vector<TBits> kept = Vector.AndNot(bits & Vector.GreaterThan(pattern, low), Vector.GreaterThan(pattern, high));
            kept.As<TBits, T>().CopyTo(values[index..]);
        }

        ClearBeyondScalar(values[index..], long.CreateTruncating(lower), long.CreateTruncating(upper));
    }

    private static int Before(int length, long first, MagnitudeCut cut) => (int)Math.Clamp(cut.Index - first, 0, length);

    private static int Find<T, TBits>(ReadOnlySpan<T> values, TBits low, TBits high, Span<int> hits, ref long above)
        where T : unmanaged
        where TBits : unmanaged, IBinaryInteger<TBits>, IMinMaxValue<TBits>
    {
        Vector256<TBits> magnitude = Vector256.Create(TBits.MaxValue);
        Vector256<TBits> below = Vector256.Create(low - TBits.One);
        Vector256<TBits> top = Vector256.Create(high);
        Vector256<TBits> larger = Vector256<TBits>.Zero;
        int count = 0;
        int index = 0;
        for (; index <= values.Length - Vector256<TBits>.Count; index += Vector256<TBits>.Count)
        {
            Vector256<TBits> pattern = Vector256.Create(values[index..]).As<T, TBits>() & magnitude;
            Vector256<TBits> isAbove = Vector256.GreaterThan(pattern, top);
            larger -= isAbove;
            uint inside = Vector256.AndNot(Vector256.GreaterThan(pattern, below), isAbove).ExtractMostSignificantBits();
            while (inside != 0)
            {
                hits[count++] = index + BitOperations.TrailingZeroCount(inside);
                inside &= inside - 1;
            }
        }

        above += long.CreateTruncating(Vector256.Sum(larger));
        return FindScalar(values, long.CreateTruncating(low), long.CreateTruncating(high), index, hits, count, ref above);
    }

    private static int Find<T, TBits>(
        ReadOnlySpan<T> values, (TBits Low, TBits High) window, (TBits Low, TBits High) ends, Span<int> hits, ref long above, out (long Low, long High) equal)
        where T : unmanaged
        where TBits : unmanaged, IBinaryInteger<TBits>, IMinMaxValue<TBits>
    {
        Vector256<TBits> magnitude = Vector256.Create(TBits.MaxValue);
        Vector256<TBits> below = Vector256.Create(window.Low - TBits.One);
        Vector256<TBits> top = Vector256.Create(window.High);
        Vector256<TBits> endLow = Vector256.Create(ends.Low);
        Vector256<TBits> endHigh = Vector256.Create(ends.High);
        Vector256<TBits> larger = Vector256<TBits>.Zero, equalLow = Vector256<TBits>.Zero, equalHigh = Vector256<TBits>.Zero;
        int count = 0;
        int index = 0;
        for (; index <= values.Length - Vector256<TBits>.Count; index += Vector256<TBits>.Count)
        {
            Vector256<TBits> pattern = Vector256.Create(values[index..]).As<T, TBits>() & magnitude;
            Vector256<TBits> isAbove = Vector256.GreaterThan(pattern, top);
            Vector256<TBits> isLow = Vector256.Equals(pattern, endLow);
            Vector256<TBits> isHigh = Vector256.Equals(pattern, endHigh);
            larger -= isAbove;
            equalLow -= isLow;
            equalHigh -= isHigh;
            uint inside = Vector256.AndNot(Vector256.GreaterThan(pattern, below), isAbove | isLow | isHigh).ExtractMostSignificantBits();
            while (inside != 0)
            {
                hits[count++] = index + BitOperations.TrailingZeroCount(inside);
                inside &= inside - 1;
            }
        }

        above += long.CreateTruncating(Vector256.Sum(larger));
        equal = (long.CreateTruncating(Vector256.Sum(equalLow)), long.CreateTruncating(Vector256.Sum(equalHigh)));
        return FindScalar(
            values, (long.CreateTruncating(window.Low), long.CreateTruncating(window.High)), (long.CreateTruncating(ends.Low), long.CreateTruncating(ends.High)), index, hits, count, ref above, ref equal);
    }

    private static int CountEqual<T, TBits>(ReadOnlySpan<T> values, TBits pattern)
        where T : unmanaged
        where TBits : unmanaged, IBinaryInteger<TBits>, IMinMaxValue<TBits>
    {
        ref T first = ref MemoryMarshal.GetReference(values);
        Vector256<TBits> magnitude = Vector256.Create(TBits.MaxValue);
        Vector256<TBits> wanted = Vector256.Create(pattern);
        Vector256<TBits> counts = Vector256<TBits>.Zero;
        int index = 0;
        for (; index <= values.Length - Vector256<TBits>.Count; index += Vector256<TBits>.Count)
        {
            counts -= Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)index).As<T, TBits>() & magnitude, wanted);
        }

        int count = int.CreateTruncating(Vector256.Sum(counts));
        for (; index < values.Length; index++)
        {
            count += MagnitudeCut.PatternOf(values[index]) == long.CreateTruncating(pattern) ? 1 : 0;
        }

        return count;
    }

    private static void Clear<T>(Span<T> values, long bound, bool keepsLarger)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            Clear<T, int>(values, int.CreateSaturating(bound), keepsLarger);
        }
        else
        {
            Clear<T, long>(values, bound, keepsLarger);
        }
    }

    private static void Clear<T, TBits>(Span<T> values, TBits bound, bool keepsLarger)
        where T : unmanaged
        where TBits : unmanaged, IBinaryInteger<TBits>, IMinMaxValue<TBits>
    {
        var magnitude = new Vector<TBits>(TBits.MaxValue);
        var limit = new Vector<TBits>(bound);
        Vector<TBits> flip = keepsLarger ? Vector<TBits>.Zero : Vector<TBits>.AllBitsSet;
        int index = 0;
        for (; index <= values.Length - Vector<TBits>.Count; index += Vector<TBits>.Count)
        {
            Vector<TBits> bits = new Vector<T>(values[index..]).As<T, TBits>();
            Vector<TBits> kept = bits & (Vector.GreaterThan(bits & magnitude, limit) ^ flip);
            kept.As<TBits, T>().CopyTo(values[index..]);
        }

        ClearScalar(values[index..], long.CreateTruncating(bound), keepsLarger);
    }
}
