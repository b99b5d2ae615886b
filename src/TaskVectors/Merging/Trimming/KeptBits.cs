using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Merging.Trimming;

/// <summary>Which elements of a run were kept, one bit each, so that a decision that costs much is made once.</summary>
internal sealed class KeptBits : IDisposable
{
    private const int WordBits = 64;

    private ulong[] _words;

    /// <param name="capacity">The number of elements that there is room for at first.</param>
    public KeptBits(int capacity) => _words = ArrayPool<ulong>.Shared.Rent(WordsFor(capacity));

    /// <summary>The number of elements.</summary>
    public int Count { get; private set; }

    /// <summary>Appends the next elements: those that are not zero are kept.</summary>
    public void Append<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Reserve(values.Length);
        for (int start = 0; start < values.Length; start += WordBits)
        {
            ReadOnlySpan<T> group = values.Slice(start, Math.Min(WordBits, values.Length - start));
            Put(group.Length == WordBits ? Pack(group) : PackScalar(group));
            Count += group.Length;
        }
    }

    /// <summary>Appends the bits of the next elements.</summary>
    /// <param name="words">The bits; those behind the last element mean nothing.</param>
    /// <param name="count">The number of elements.</param>
    public void Append(ReadOnlySpan<ulong> words, int count)
    {
        Reserve(count);
        if (Count % WordBits == 0 && count % WordBits == 0)
        {
            words[..(count / WordBits)].CopyTo(_words.AsSpan(Count / WordBits));
            Count += count;
            return;
        }

        for (int start = 0; start < count; start += WordBits)
        {
            int length = Math.Min(WordBits, count - start);
            Put(words[start / WordBits] & (ulong.MaxValue >> (WordBits - length)));
            Count += length;
        }
    }

    /// <summary>Appends all of another run.</summary>
    public void Append(KeptBits bits) => Append(bits._words, bits.Count);

    /// <summary>Sets elements that were not kept to zero and multiplies the others.</summary>
    /// <param name="values">The elements.</param>
    /// <param name="start">The place of the first of them in the run.</param>
    /// <param name="factor">The factor.</param>
    public void Scale<T>(Span<T> values, int start, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (start % WordBits == 0)
        {
            Scale(values, _words.AsSpan(start / WordBits), factor);
            return;
        }

        for (int offset = 0; offset < values.Length; offset += WordBits)
        {
            Span<T> group = values.Slice(offset, Math.Min(WordBits, values.Length - offset));
            Scale(group, Get(start + offset), factor);
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(_words);
        (_words, Count) = ([], 0);
    }

    /// <summary>Sets elements whose bit is not set to zero and multiplies the others.</summary>
    public static void Scale<T>(Span<T> values, ReadOnlySpan<ulong> words, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int start = 0; start < values.Length; start += WordBits)
        {
            Scale(values.Slice(start, Math.Min(WordBits, values.Length - start)), words[start / WordBits], factor);
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

    /// <summary>Clears up to 64 elements whose bit is not set and multiplies the others, one by one.</summary>
    public static void ScaleScalar<T>(Span<T> values, ulong word, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = (word >> index & 1) != 0 ? values[index] * factor : T.Zero;
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

    /// <summary>Clears those of up to 64 elements whose bit is not set and multiplies the others.</summary>
    public static void Scale<T>(Span<T> values, ulong word, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (values.Length < WordBits)
        {
            ScaleScalar(values, word, factor);
        }
        else if (typeof(T) == typeof(float))
        {
            Scale(MemoryMarshal.Cast<T, Vector256<float>>(values), word, Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128), float.CreateTruncating(factor));
        }
        else
        {
            Scale(MemoryMarshal.Cast<T, Vector256<double>>(values), word, Vector256.Create(1L, 2, 4, 8), double.CreateTruncating(factor));
        }
    }

    private static void Scale<T, TBits>(Span<Vector256<T>> vectors, ulong word, Vector256<TBits> lanes, T factor)
        where T : unmanaged
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        Vector256<T> scale = Vector256.Create(factor);
        for (int index = 0; index < vectors.Length; index++)
        {
            Vector256<TBits> isKept = Vector256.Equals(Vector256.Create(TBits.CreateTruncating(word)) & lanes, lanes);
            vectors[index] = (vectors[index] * scale) & isKept.As<TBits, T>();
            word >>= Vector256<T>.Count;
        }
    }

    private static int WordsFor(int count) => (count + WordBits - 1) / WordBits;

    private void Reserve(int count)
    {
        int needed = WordsFor(checked(Count + count));
        if (_words.Length < needed)
        {
            ulong[] larger = ArrayPool<ulong>.Shared.Rent(Math.Max(needed, 2 * _words.Length));
            _words.AsSpan(0, WordsFor(Count)).CopyTo(larger);
            ArrayPool<ulong>.Shared.Return(_words);
            _words = larger;
        }
    }

    // Bits behind the last are not known to be zero.
    private void Put(ulong word)
    {
        int shift = Count % WordBits;
        ref ulong first = ref _words[Count / WordBits];
        if (shift == 0)
        {
            first = word;
            return;
        }

        first = (first & ~(ulong.MaxValue << shift)) | (word << shift);
        if ((Count / WordBits) + 1 < _words.Length)
        {
            _words[(Count / WordBits) + 1] = word >> (WordBits - shift);
        }
    }

    private ulong Get(int start)
    {
        int shift = start % WordBits;
        ulong low = _words[start / WordBits] >> shift;
        return shift == 0 || (start / WordBits) + 1 == _words.Length ? low : low | (_words[(start / WordBits) + 1] << (WordBits - shift));
    }
}
