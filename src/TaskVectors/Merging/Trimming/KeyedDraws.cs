using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Merging.Trimming;

/// <summary>
/// Draws by the random numbers that seed, model, tensor and element are the key of: an element is kept where its 32 random bits (<see cref="Philox4x32.Word"/>),
/// as a fraction of 2^32, are below the density.
/// </summary>
internal sealed class KeyedDraws : IKeepDraws
{
    private const int WordBits = 64;
    private const int ElementsPerBlock = 8;
    private const int HalfBits = 16;

    // Drawn at once, so that random numbers stay in the first-level cache.
    private const int RunElements = 2048;

    /// <inheritdoc/>
    public void Draw(MergeTensor tensor, int model, PhiloxKey key, double density, long first, int count, Span<ulong> kept) => Draw(key, density, first, count, kept);

    /// <inheritdoc cref="IKeepDraws.Draw"/>
    public static void Draw(PhiloxKey key, double density, long first, int count, Span<ulong> kept)
    {
        Span<ushort> drawn = stackalloc ushort[RunElements + WordBits];
        int skipped = (int)(first % ElementsPerBlock);
        for (int start = 0; start < count; start += RunElements)
        {
            int length = Math.Min(RunElements, count - start);
            int end = (skipped + length + WordBits - 1) / WordBits * WordBits;
            Philox4x32.UpperHalves(key, first + start - skipped, drawn[..end]);
            Decide(key, LimitOf(density), first + start, drawn.Slice(skipped, length), kept[(start / WordBits)..]);
        }
    }

    /// <summary>The same, one by one.</summary>
    public static void DrawScalar(PhiloxKey key, double density, long first, int count, Span<ulong> kept)
    {
        kept.Clear();
        for (int index = 0; index < count; index++)
        {
            kept[index / WordBits] |= Philox4x32.Word(key, first + index) < LimitOf(density) ? 1UL << (index % WordBits) : 0;
        }
    }

    /// <summary>The bits of up to 64 numbers: those below a limit, which may be 2^16, and those equal to it.</summary>
    public static (ulong Below, ulong Equal) Compare(ReadOnlySpan<ushort> numbers, long limit)
    {
        if (limit > ushort.MaxValue)
        {
            return (ulong.MaxValue >> (WordBits - numbers.Length), 0);
        }

        if (numbers.Length < WordBits)
        {
            return CompareScalar(numbers, limit);
        }

        ulong below = 0;
        ulong equal = 0;
        Vector256<ushort> bound = Vector256.Create((ushort)limit);
        ref ushort number = ref MemoryMarshal.GetReference(numbers);
        for (int index = 0; index < WordBits; index += 2 * Vector256<ushort>.Count)
        {
            Vector256<ushort> first = Vector256.LoadUnsafe(ref number, (nuint)index);
            Vector256<ushort> second = Vector256.LoadUnsafe(ref number, (nuint)(index + Vector256<ushort>.Count));
            ulong isNotAbove = Bits(Vector256.Equals(Vector256.Min(first, bound), first), Vector256.Equals(Vector256.Min(second, bound), second));
            ulong isEqual = Bits(Vector256.Equals(first, bound), Vector256.Equals(second, bound));
            below |= (isNotAbove & ~isEqual) << index;
            equal |= isEqual << index;
        }

        return (below, equal);
    }

    /// <summary>The same, one by one.</summary>
    public static (ulong Below, ulong Equal) CompareScalar(ReadOnlySpan<ushort> numbers, long limit)
    {
        ulong below = 0;
        ulong equal = 0;
        for (int index = 0; index < numbers.Length; index++)
        {
            below |= numbers[index] < limit ? 1UL << index : 0;
            equal |= numbers[index] == limit ? 1UL << index : 0;
        }

        return (below, equal);
    }

    private static long LimitOf(double density) => (long)Math.Ceiling(density * (1L << (2 * HalfBits)));

    // Where the upper half of a number is that of the limit, the lower half is drawn as well.
    private static void Decide(PhiloxKey key, long limit, long first, ReadOnlySpan<ushort> halves, Span<ulong> kept)
    {
        for (int start = 0; start < halves.Length; start += WordBits)
        {
            (ulong below, ulong equal) = Compare(halves.Slice(start, Math.Min(WordBits, halves.Length - start)), limit >> HalfBits);
            for (; equal != 0; equal &= equal - 1)
            {
                int bit = BitOperations.TrailingZeroCount(equal);
                below |= Philox4x32.LowerHalf(key, first + start + bit) < (ushort)limit ? 1UL << bit : 0;
            }

            kept[start / WordBits] = below;
        }
    }

    private static uint Bits(Vector256<ushort> first, Vector256<ushort> second) =>
        Vector256.NarrowWithSaturation(first.AsInt16(), second.AsInt16()).ExtractMostSignificantBits();
}
