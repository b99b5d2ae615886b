using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Merging.Trimming;

/// <summary>Which elements of a run were kept, one bit each, so that a decision that costs much is made once.</summary>
internal sealed class KeptBits
{
    private const int WordBits = 64;

    // A chunk of a tensor, as they mostly are.
    private ulong[] _words = new ulong[1026];

    /// <summary>The number of elements.</summary>
    public int Count { get; private set; }

    /// <summary>Appends the next elements: those that are not zero are kept.</summary>
    public void Append<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int needed = ((Count + values.Length) / WordBits) + 2;
        if (_words.Length < needed)
        {
            Array.Resize(ref _words, Math.Max(needed, 2 * _words.Length));
        }

        for (int start = 0; start < values.Length; start += WordBits)
        {
            ReadOnlySpan<T> group = values.Slice(start, Math.Min(WordBits, values.Length - start));
            Put(group.Length == WordBits ? Pack(group) : PackScalar(group));
            Count += group.Length;
        }
    }

    /// <summary>Sets elements that were not kept to zero.</summary>
    /// <param name="values">The elements.</param>
    /// <param name="start">The place of the first of them in the run.</param>
    public void Clear<T>(Span<T> values, int start)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int offset = 0; offset < values.Length; offset += WordBits)
        {
            Span<T> group = values.Slice(offset, Math.Min(WordBits, values.Length - offset));
            ulong word = Get(start + offset);
            if (group.Length == WordBits)
            {
                Clear(group, word);
            }
            else
            {
                ClearScalar(group, word);
            }
        }
    }

    /// <summary>The bits of up to 64 elements, the first in the lowest, one by one.</summary>
    public static ulong PackScalar<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ulong word = 0;
        for (int index = 0; index < values.Length; index++)
        {
            word |= values[index] != T.Zero ? 1UL << index : 0;
        }

        return word;
    }

    /// <summary>Clears up to 64 elements whose bit is not set, one by one.</summary>
    public static void ClearScalar<T>(Span<T> values, ulong word)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = (word >> index & 1) != 0 ? values[index] : T.Zero;
        }
    }

    /// <summary>The bits of 64 elements.</summary>
    public static ulong Pack<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ulong zeros = 0;
        ReadOnlySpan<Vector256<T>> vectors = MemoryMarshal.Cast<T, Vector256<T>>(values);
        for (int index = 0; index < vectors.Length; index++)
        {
            zeros |= (ulong)Vector256.Equals(vectors[index], Vector256<T>.Zero).ExtractMostSignificantBits() << (index * Vector256<T>.Count);
        }

        return ~zeros;
    }

    /// <summary>Clears those of 64 elements whose bit is not set.</summary>
    public static void Clear<T>(Span<T> values, ulong word)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            Clear(MemoryMarshal.Cast<T, Vector256<uint>>(values), word, Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128));
        }
        else
        {
            Clear(MemoryMarshal.Cast<T, Vector256<ulong>>(values), word, Vector256.Create(1UL, 2, 4, 8));
        }
    }

    private static void Clear<TBits>(Span<Vector256<TBits>> vectors, ulong word, Vector256<TBits> lanes)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        for (int index = 0; index < vectors.Length; index++)
        {
            vectors[index] &= Vector256.Equals(Vector256.Create(TBits.CreateTruncating(word >> (index * Vector256<TBits>.Count))) & lanes, lanes);
        }
    }

    private void Put(ulong word)
    {
        int shift = Count % WordBits;
        _words[Count / WordBits] |= word << shift;
        if (shift > 0)
        {
            _words[(Count / WordBits) + 1] |= word >> (WordBits - shift);
        }
    }

    private ulong Get(int start)
    {
        int shift = start % WordBits;
        ulong low = _words[start / WordBits] >> shift;
        return shift == 0 ? low : low | (_words[(start / WordBits) + 1] << (WordBits - shift));
    }
}
