using System.Runtime.CompilerServices;

namespace TaskVectors.Merging.Selection;

/// <summary>
/// Where the k largest magnitudes of a tensor end: exactly k elements lie within, equal magnitudes by their index. Magnitudes are compared as bit patterns
/// of |x|, which order as the numbers do.
/// </summary>
/// <param name="Pattern">The pattern of the smallest magnitude within.</param>
/// <param name="Index">Elements of exactly that magnitude are within where their index is smaller.</param>
internal readonly record struct MagnitudeCut(long Pattern, long Index)
{
    /// <summary>Nothing lies within.</summary>
    public static MagnitudeCut None { get; } = new(long.MaxValue, 0);

    /// <summary>Everything lies within.</summary>
    public static MagnitudeCut All { get; } = new(0, long.MaxValue);

    /// <summary>Whether an element lies within.</summary>
    public bool Contains(double value, long index) => Contains(PatternOf(value), index);

    /// <summary>Whether an element with a pattern lies within.</summary>
    public bool Contains(long pattern, long index) => pattern > Pattern || (pattern == Pattern && index < Index);

    /// <summary>The bit pattern of a magnitude.</summary>
    public static long PatternOf<T>(T value)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Unsafe.BitCast<T, int>(value) & int.MaxValue
            : Unsafe.BitCast<T, long>(value) & long.MaxValue;

    /// <summary>The largest pattern that lies outside, for all elements before the index or for all from it on.</summary>
    public long Bound(bool beforeIndex) => beforeIndex ? Pattern - 1 : Pattern;
}
