using System.Numerics;
using System.Runtime.CompilerServices;

namespace TaskVectors.Tensors.Kernels;

/// <summary>The kernels one element at a time: for processors without wide vectors, for the ends of spans, and as the vector code's twin in tests.</summary>
internal class ScalarFloatKernels<TCodec, TBits> : FloatKernels
    where TCodec : struct, IFloatCodec<TBits>
    where TBits : unmanaged, IBinaryInteger<TBits>
{
    private protected ScalarFloatKernels()
    {
    }

    internal static ScalarFloatKernels<TCodec, TBits> Instance { get; } = new();

    internal sealed override int ElementSize => Unsafe.SizeOf<TBits>();

    internal override void Decode(ReadOnlySpan<byte> source, Span<double> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = TCodec.Decode(Read(source, i));
        }
    }

    internal override void Decode(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = TCodec.DecodeSingle(Read(source, i));
        }
    }

    internal override void DecodeDifference(ReadOnlySpan<byte> source, ReadOnlySpan<double> origin, Span<double> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = TCodec.Decode(Read(source, i)) - origin[i];
        }
    }

    internal override void DecodeDifference(ReadOnlySpan<byte> source, ReadOnlySpan<float> origin, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = TCodec.DecodeSingle(Read(source, i)) - origin[i];
        }
    }

    internal override void Multiply(ReadOnlySpan<byte> source, double coefficient, Span<double> accumulator)
    {
        for (int i = 0; i < accumulator.Length; i++)
        {
            double value = TCodec.Decode(Read(source, i));
            double product = coefficient * value;
            accumulator[i] = double.IsNaN(product) ? FirstNaN(value, coefficient) : product;
        }
    }

    internal override void MultiplyAdd(ReadOnlySpan<byte> source, double coefficient, Span<double> accumulator)
    {
        for (int i = 0; i < accumulator.Length; i++)
        {
            double value = TCodec.Decode(Read(source, i));
            double sum = Math.FusedMultiplyAdd(coefficient, value, accumulator[i]);
            accumulator[i] = double.IsNaN(sum) ? FirstNaN(accumulator[i], value, coefficient) : sum;
        }
    }

    internal override long Encode(ReadOnlySpan<double> source, Span<byte> destination) => EncodeScalar(source, destination);

    internal override long Encode(ReadOnlySpan<float> source, Span<byte> destination) => EncodeScalar(source, destination);

    internal override (long Saturated, long NotANumber) EncodeMeasured(
        SumPrecision precision, ReadOnlySpan<double> exact, Span<byte> destination, Span<double> rounding)
    {
        long saturated = 0;
        long notANumber = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            double sum = precision == SumPrecision.Single ? (float)exact[i] : exact[i];
            TBits code = TCodec.Encode(sum);
            Write(destination, i, code);
            saturated += double.IsFinite(exact[i]) && Math.Abs(sum) >= TCodec.OverflowThreshold ? 1 : 0;
            notANumber += double.IsNaN(exact[i]) ? 1 : 0;
            EditSums.AddSquare(TCodec.Decode(code) - exact[i], ref rounding[i % FixedOrderSum.Lanes]);
        }

        return (saturated, notANumber);
    }

    internal override long EncodeStochastic(ReadOnlySpan<double> source, Span<byte> destination, PhiloxKey key, long firstElement)
    {
        if (TCodec.HoldsEveryDouble)
        {
            return Encode(source, destination);
        }

        long saturated = 0;
        for (int i = 0; i < source.Length; i++)
        {
            double value = source[i];
            TBits code = Math.Abs(value) <= TCodec.LargestFinite
                ? TCodec.EncodeStochastic(value, Philox4x32.Bits(key, firstElement + i))
                : TCodec.Encode(value);
            Write(destination, i, code);
            saturated += Overflows(value) ? 1 : 0;
        }

        return saturated;
    }

    internal override long CountNaN(ReadOnlySpan<byte> source)
    {
        long count = 0;
        for (int i = 0; i < source.Length / ElementSize; i++)
        {
            count += TCodec.IsNaN(Read(source, i)) ? 1 : 0;
        }

        return count;
    }

    private protected static long EncodeScalar<TNumber>(ReadOnlySpan<TNumber> source, Span<byte> destination)
        where TNumber : struct, IBinaryFloatingPointIeee754<TNumber>
    {
        long saturated = 0;
        for (int i = 0; i < source.Length; i++)
        {
            double value = double.CreateTruncating(source[i]);
            Write(destination, i, TCodec.Encode(value));
            saturated += Overflows(value) ? 1 : 0;
        }

        return saturated;
    }

    private static bool Overflows(double value) => double.IsFinite(value) && Math.Abs(value) >= TCodec.OverflowThreshold;

    // Processors differ in which of several NaNs an operation returns and in the NaN of an invalid one; this settles it.
    private static double FirstNaN(params ReadOnlySpan<double> operands)
    {
        const ulong QuietBit = 1UL << 51;
        foreach (double operand in operands)
        {
            if (double.IsNaN(operand))
            {
                return BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(operand) | QuietBit);
            }
        }

        return double.NaN;
    }

    private static TBits Read(ReadOnlySpan<byte> source, int index)
    {
        ReadOnlySpan<byte> bytes = source.Slice(index * Unsafe.SizeOf<TBits>(), Unsafe.SizeOf<TBits>());
        return BitConverter.IsLittleEndian ? Unsafe.ReadUnaligned<TBits>(in bytes[0]) : TBits.ReadLittleEndian(bytes, isUnsigned: true);
    }

    private static void Write(Span<byte> destination, int index, TBits code)
    {
        Span<byte> bytes = destination.Slice(index * Unsafe.SizeOf<TBits>(), Unsafe.SizeOf<TBits>());
        if (BitConverter.IsLittleEndian)
        {
            Unsafe.WriteUnaligned(ref bytes[0], code);
        }
        else
        {
            _ = code.WriteLittleEndian(bytes);
        }
    }
}
