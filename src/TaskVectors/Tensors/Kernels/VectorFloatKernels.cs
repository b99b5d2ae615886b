using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TaskVectors.Tensors.Kernels;

/// <summary>
/// The kernels eight elements at a time. Rare blocks (overflow, NaN) and the ends of spans go to the scalar kernels, so that the vector
/// code deals with ordinary numbers only.
/// </summary>
/// <remarks>
/// The loops are optimised at their first call: a short run would otherwise spend much of its time in unoptimised ones. Loops with rare
/// blocks stop at such a block and call nothing themselves, so that their constants stay in registers.
/// </remarks>
internal sealed class VectorFloatKernels<TCodec, TBits> : ScalarFloatKernels<TCodec, TBits>
    where TCodec : struct, IFloatCodec<TBits>
    where TBits : unmanaged, IBinaryInteger<TBits>
{
    private const int BlockLength = 8;

    private VectorFloatKernels()
    {
    }

    internal static new VectorFloatKernels<TCodec, TBits> Instance { get; } = new();

    private static int BlockSize => BlockLength * Unsafe.SizeOf<TBits>();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Decode(ReadOnlySpan<byte> source, Span<double> destination)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref double to = ref MemoryMarshal.GetReference(destination);
        int whole = WholeBlocks(destination.Length);
        for (int i = 0; i < whole; i += BlockLength)
        {
            Store(TCodec.Decode8(in Element(ref from, i)), ref to, i);
        }

        base.Decode(Bytes(source, whole), destination[whole..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Decode(ReadOnlySpan<byte> source, Span<float> destination)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref float to = ref MemoryMarshal.GetReference(destination);
        int whole = WholeBlocks(destination.Length);
        for (int i = 0; i < whole; i += BlockLength)
        {
            TCodec.DecodeSingle8(in Element(ref from, i)).StoreUnsafe(ref to, (nuint)i);
        }

        base.Decode(Bytes(source, whole), destination[whole..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void DecodeDifference(ReadOnlySpan<byte> source, ReadOnlySpan<double> origin, Span<double> destination)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref double less = ref MemoryMarshal.GetReference(origin);
        ref double to = ref MemoryMarshal.GetReference(destination);
        int whole = WholeBlocks(destination.Length);
        for (int i = 0; i < whole; i += BlockLength)
        {
            (Vector256<double> lower, Vector256<double> upper) = TCodec.Decode8(in Element(ref from, i));
            (Vector256<double> lessLower, Vector256<double> lessUpper) = Load(ref less, i);
            Store((lower - lessLower, upper - lessUpper), ref to, i);
        }

        base.DecodeDifference(Bytes(source, whole), origin[whole..], destination[whole..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void DecodeDifference(ReadOnlySpan<byte> source, ReadOnlySpan<float> origin, Span<float> destination)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref float less = ref MemoryMarshal.GetReference(origin);
        ref float to = ref MemoryMarshal.GetReference(destination);
        int whole = WholeBlocks(destination.Length);
        for (int i = 0; i < whole; i += BlockLength)
        {
            (TCodec.DecodeSingle8(in Element(ref from, i)) - Vector256.LoadUnsafe(ref less, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        }

        base.DecodeDifference(Bytes(source, whole), origin[whole..], destination[whole..]);
    }

    internal override void Multiply(ReadOnlySpan<byte> source, double coefficient, Span<double> accumulator)
    {
        int whole = WholeBlocks(accumulator.Length);
        for (int i = 0; (i = MultiplyOrdinary(source, coefficient, accumulator, i)) < whole; i += BlockLength)
        {
            base.Multiply(BlockBytes(source, i), coefficient, accumulator.Slice(i, BlockLength));
        }

        base.Multiply(Bytes(source, whole), coefficient, accumulator[whole..]);
    }

    internal override void MultiplyAdd(ReadOnlySpan<byte> source, double coefficient, Span<double> accumulator)
    {
        int whole = WholeBlocks(accumulator.Length);
        for (int i = 0; (i = MultiplyAddOrdinary(source, coefficient, accumulator, i)) < whole; i += BlockLength)
        {
            base.MultiplyAdd(BlockBytes(source, i), coefficient, accumulator.Slice(i, BlockLength));
        }

        base.MultiplyAdd(Bytes(source, whole), coefficient, accumulator[whole..]);
    }

    internal override long Encode(ReadOnlySpan<double> source, Span<byte> destination) => EncodeVector(source, destination);

    internal override long Encode(ReadOnlySpan<float> source, Span<byte> destination) => EncodeVector(source, destination);

    internal override (long Saturated, long NotANumber) EncodeMeasured(
        SumPrecision precision, ReadOnlySpan<double> exact, Span<byte> destination, Span<double> rounding)
    {
        long saturated = 0;
        long notANumber = 0;
        int i = 0;
        while ((i = EncodeMeasuredOrdinary(precision, exact, destination, rounding, i)) < exact.Length)
        {
            int count = Math.Min(BlockLength, exact.Length - i);
            (long overflowed, long invalid) = base.EncodeMeasured(precision, exact.Slice(i, count), Bytes(destination, i, count), rounding);
            saturated += overflowed;
            notANumber += invalid;
            i += count;
        }

        return (saturated, notANumber);
    }

    internal override long EncodeStochastic(ReadOnlySpan<double> source, Span<byte> destination, PhiloxKey key, long firstElement)
    {
        if (TCodec.HoldsEveryDouble || !Avx2.IsSupported)
        {
            return base.EncodeStochastic(source, destination, key, firstElement);
        }

        // A block of random numbers serves two elements, the first one even.
        int start = Math.Min((int)(firstElement & 1), source.Length);
        int end = start + WholeBlocks(source.Length - start);
        long saturated = base.EncodeStochastic(source[..start], Bytes(destination, 0, start), key, firstElement);
        for (int i = start; (i = EncodeStochasticOrdinary(source, destination, key, firstElement, i, end)) < end; i += BlockLength)
        {
            saturated += base.EncodeStochastic(source.Slice(i, BlockLength), BlockBytes(destination, i), key, firstElement + i);
        }

        return saturated + base.EncodeStochastic(source[end..], Bytes(destination, end), key, firstElement + end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override long CountNaN(ReadOnlySpan<byte> source)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        long count = 0;
        int whole = source.Length - source.Length % Vector256<byte>.Count;
        for (int i = 0; i < whole; i += Vector256<byte>.Count)
        {
            Vector256<TBits> isNaN = TCodec.IsNaN(Vector256.LoadUnsafe(ref from, (nuint)i).As<byte, TBits>());
            if (isNaN != Vector256<TBits>.Zero)
            {
                count += BitOperations.PopCount(isNaN.AsByte().ExtractMostSignificantBits()) / Unsafe.SizeOf<TBits>();
            }
        }

        return count + base.CountNaN(source[whole..]);
    }

    private static int EncodeMeasuredOrdinary(SumPrecision precision, ReadOnlySpan<double> exact, Span<byte> destination, Span<double> rounding, int i) =>
        precision == SumPrecision.Single
            ? EncodeMeasuredOrdinary<ThroughSingle>(exact, destination, rounding, i)
            : EncodeMeasuredOrdinary<Directly>(exact, destination, rounding, i);

    private static long EncodeVector<TNumber>(ReadOnlySpan<TNumber> source, Span<byte> destination)
        where TNumber : struct, IBinaryFloatingPointIeee754<TNumber>
    {
        long saturated = 0;
        int whole = WholeBlocks(source.Length);
        for (int i = 0; (i = EncodeOrdinary(source, destination, i)) < whole; i += BlockLength)
        {
            saturated += EncodeScalar(source.Slice(i, BlockLength), BlockBytes(destination, i));
        }

        return saturated + EncodeScalar(source[whole..], Bytes(destination, whole));
    }

    // Multiplies from block i up to the first block with a NaN; returns where that is, or the end of the whole blocks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MultiplyOrdinary(ReadOnlySpan<byte> source, double coefficient, Span<double> accumulator, int i)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref double to = ref MemoryMarshal.GetReference(accumulator);
        Vector256<double> factor = Vector256.Create(coefficient);
        int whole = WholeBlocks(accumulator.Length);
        for (; i < whole; i += BlockLength)
        {
            (Vector256<double> lower, Vector256<double> upper) = TCodec.Decode8(in Element(ref from, i));
            lower *= factor;
            upper *= factor;
            if (AnyNaN(lower, upper))
            {
                break;
            }

            Store((lower, upper), ref to, i);
        }

        return i;
    }

    // As MultiplyOrdinary.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MultiplyAddOrdinary(ReadOnlySpan<byte> source, double coefficient, Span<double> accumulator, int i)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref double to = ref MemoryMarshal.GetReference(accumulator);
        Vector256<double> factor = Vector256.Create(coefficient);
        int whole = WholeBlocks(accumulator.Length);
        for (; i < whole; i += BlockLength)
        {
            (Vector256<double> lower, Vector256<double> upper) = TCodec.Decode8(in Element(ref from, i));
            (Vector256<double> sumLower, Vector256<double> sumUpper) = Load(ref to, i);
            sumLower = Vector256.FusedMultiplyAdd(factor, lower, sumLower);
            sumUpper = Vector256.FusedMultiplyAdd(factor, upper, sumUpper);
            if (AnyNaN(sumLower, sumUpper))
            {
                break;
            }

            Store((sumLower, sumUpper), ref to, i);
        }

        return i;
    }

    // Encodes from block i up to the first block with a number that overflows or is not one; returns where that is, or the end of the
    // whole blocks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int EncodeOrdinary<TNumber>(ReadOnlySpan<TNumber> source, Span<byte> destination, int i)
        where TNumber : struct, IBinaryFloatingPointIeee754<TNumber>
    {
        ref TNumber from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        int whole = WholeBlocks(source.Length);
        for (; i < whole; i += BlockLength)
        {
            if (typeof(TNumber) == typeof(double))
            {
                (Vector256<double> lower, Vector256<double> upper) = Load(ref Unsafe.As<TNumber, double>(ref from), i);
                if (!Directly.TryEncode(lower, upper, ref Element(ref to, i)))
                {
                    break;
                }
            }
            else
            {
                Vector256<float> values = Vector256.LoadUnsafe(ref Unsafe.As<TNumber, float>(ref from), (nuint)i);
                if (!AllBelow(values))
                {
                    break;
                }

                TCodec.EncodeSingle8(values, ref Element(ref to, i));
            }
        }

        return i;
    }

    // Encodes and measures blocks from i up to the first with a number that overflows or is not one; returns where that is, or the end of the
    // whole blocks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int EncodeMeasuredOrdinary<TWay>(ReadOnlySpan<double> exact, Span<byte> destination, Span<double> rounding, int i)
        where TWay : struct, IEncodingWay
    {
        ref double from = ref MemoryMarshal.GetReference(exact);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        LaneSums sums = LaneSums.Load(rounding);
        int whole = WholeBlocks(exact.Length);
        for (; i < whole; i += BlockLength)
        {
            (Vector256<double> lower, Vector256<double> upper) = Load(ref from, i);
            ref byte written = ref Element(ref to, i);
            if (!TWay.TryEncode(lower, upper, ref written))
            {
                break;
            }

            (Vector256<double> writtenLower, Vector256<double> writtenUpper) = TCodec.Decode8(in written);
            sums.AddFiniteSquares(writtenLower - lower, writtenUpper - upper);
        }

        sums.Store(rounding);
        return i;
    }

    // As EncodeOrdinary; firstElement + i is even.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int EncodeStochasticOrdinary(
        ReadOnlySpan<double> source, Span<byte> destination, PhiloxKey key, long firstElement, int i, int end)
    {
        ref double from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        double limit = Math.BitIncrement(TCodec.LargestFinite);
        for (; i < end; i += BlockLength)
        {
            (Vector256<double> lower, Vector256<double> upper) = Load(ref from, i);
            if (!AllBelow(lower, upper, limit))
            {
                break;
            }

            (Vector256<ulong> randomLower, Vector256<ulong> randomUpper) = Philox4x32.Bits8(key, firstElement + i);
            TCodec.EncodeStochastic8(lower, upper, randomLower, randomUpper, ref Element(ref to, i));
        }

        return i;
    }

    private static int WholeBlocks(int length) => length - length % BlockLength;

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> bytes, int firstElement) => bytes[(firstElement * Unsafe.SizeOf<TBits>())..];

    private static Span<byte> Bytes(Span<byte> bytes, int firstElement) => bytes[(firstElement * Unsafe.SizeOf<TBits>())..];

    private static Span<byte> Bytes(Span<byte> bytes, int firstElement, int elements) =>
        bytes.Slice(firstElement * Unsafe.SizeOf<TBits>(), elements * Unsafe.SizeOf<TBits>());

    private static ReadOnlySpan<byte> BlockBytes(ReadOnlySpan<byte> bytes, int firstElement) => Bytes(bytes, firstElement)[..BlockSize];

    private static Span<byte> BlockBytes(Span<byte> bytes, int firstElement) => Bytes(bytes, firstElement, BlockLength);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte Element(ref byte first, int index) => ref Unsafe.AddByteOffset(ref first, (nuint)index * (nuint)Unsafe.SizeOf<TBits>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> Lower, Vector256<double> Upper) Load(ref double first, int index) =>
        (Vector256.LoadUnsafe(ref first, (nuint)index), Vector256.LoadUnsafe(ref first, (nuint)index + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store((Vector256<double> Lower, Vector256<double> Upper) values, ref double first, int index)
    {
        values.Lower.StoreUnsafe(ref first, (nuint)index);
        values.Upper.StoreUnsafe(ref first, (nuint)index + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AnyNaN(Vector256<double> lower, Vector256<double> upper) =>
        (Vector256.IsNaN(lower) | Vector256.IsNaN(upper)).AsUInt64() != Vector256<ulong>.Zero;

    // False for NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AllBelow(Vector256<double> lower, Vector256<double> upper, double limit)
    {
        Vector256<double> limits = Vector256.Create(limit);
        Vector256<double> below = Vector256.LessThan(Vector256.Abs(lower), limits) & Vector256.LessThan(Vector256.Abs(upper), limits);
        return below.ExtractMostSignificantBits() == 0b1111;
    }

    // Every threshold below infinity has so few bits that binary32 holds it, but that of binary32 itself, which becomes infinity.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AllBelow(Vector256<float> values) =>
        Vector256.LessThan(Vector256.Abs(values), Vector256.Create((float)TCodec.OverflowThreshold)).ExtractMostSignificantBits() == 0xFF;

    // How a sum becomes a code; false, with nothing of use written, where a number overflows or is not one.
    private interface IEncodingWay
    {
        static abstract bool TryEncode(Vector256<double> lower, Vector256<double> upper, ref byte destination);
    }

    private readonly struct Directly : IEncodingWay
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryEncode(Vector256<double> lower, Vector256<double> upper, ref byte destination)
        {
            bool isOrdinary = AllBelow(lower, upper, TCodec.OverflowThreshold);
            if (isOrdinary)
            {
                TCodec.Encode8(lower, upper, ref destination);
            }

            return isOrdinary;
        }
    }

    private readonly struct ThroughSingle : IEncodingWay
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryEncode(Vector256<double> lower, Vector256<double> upper, ref byte destination)
        {
            Vector256<float> values = Vector256.Narrow(lower, upper);
            bool isOrdinary = AllBelow(values);
            if (isOrdinary)
            {
                TCodec.EncodeSingle8(values, ref destination);
            }

            return isOrdinary;
        }
    }
}
