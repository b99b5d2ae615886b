using System.Numerics;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>
/// The loops over elements of one type. Arguments are checked by the callers.
/// </summary>
internal abstract class FloatKernels
{
    /// <summary>The size of an element in bytes.</summary>
    internal abstract int ElementSize { get; }

    /// <summary>The kernels of a type for this processor.</summary>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic.</exception>
    internal static FloatKernels For(DType dtype) => For(dtype, Vector256.IsHardwareAccelerated);

    /// <summary>The vector or the scalar kernels of a type.</summary>
    internal static FloatKernels For(DType dtype, bool vectorized) => dtype switch
    {
        DType.F64 => Select<Float64Codec, ulong>(vectorized),
        DType.F32 => Select<Float32Codec, uint>(vectorized),
        DType.F16 => Select<NarrowFloatCodec<Float16Format, ushort>, ushort>(vectorized),
        DType.BF16 => Select<NarrowFloatCodec<BFloat16Format, ushort>, ushort>(vectorized),
        DType.F8_E4M3 => Select<NarrowFloatCodec<Float8E4M3Format, byte>, byte>(vectorized),
        DType.F8_E5M2 => Select<NarrowFloatCodec<Float8E5M2Format, byte>, byte>(vectorized),
        DType.F8_E4M3FNUZ => Select<NarrowFloatCodec<Float8E4M3FnuzFormat, byte>, byte>(vectorized),
        DType.F8_E5M2FNUZ => Select<NarrowFloatCodec<Float8E5M2FnuzFormat, byte>, byte>(vectorized),
        _ => throw new ArgumentException($"{dtype} takes no part in arithmetic.", nameof(dtype)),
    };

    /// <summary>Throws unless the bytes hold as many elements as there are numbers.</summary>
    internal void CheckLength(int bytes, int elements, string parameter)
    {
        if (bytes != (long)elements * ElementSize)
        {
            throw new ArgumentException($"{bytes} bytes do not hold {elements} elements of {ElementSize} bytes.", parameter);
        }
    }

    /// <inheritdoc cref="TensorConverter.Decode(DType, ReadOnlySpan{byte}, Span{double})"/>
    internal abstract void Decode(ReadOnlySpan<byte> source, Span<double> destination);

    /// <inheritdoc cref="TensorConverter.Decode(DType, ReadOnlySpan{byte}, Span{float})"/>
    internal abstract void Decode(ReadOnlySpan<byte> source, Span<float> destination);

    /// <inheritdoc cref="TensorConverter.DecodeDifference(DType, ReadOnlySpan{byte}, ReadOnlySpan{double}, Span{double})"/>
    internal abstract void DecodeDifference(ReadOnlySpan<byte> source, ReadOnlySpan<double> origin, Span<double> destination);

    /// <inheritdoc cref="TensorConverter.DecodeDifference(DType, ReadOnlySpan{byte}, ReadOnlySpan{double}, Span{double})"/>
    internal abstract void DecodeDifference(ReadOnlySpan<byte> source, ReadOnlySpan<float> origin, Span<float> destination);

    /// <inheritdoc cref="TensorConverter.Multiply"/>
    internal abstract void Multiply(ReadOnlySpan<byte> source, double coefficient, Span<double> accumulator);

    /// <inheritdoc cref="TensorConverter.MultiplyAdd"/>
    internal abstract void MultiplyAdd(ReadOnlySpan<byte> source, double coefficient, Span<double> accumulator);

    /// <summary>Encodes to nearest even; returns the number of finite values that overflowed.</summary>
    internal abstract long Encode(ReadOnlySpan<double> source, Span<byte> destination);

    /// <summary>Encodes to nearest even; returns the number of finite values that overflowed.</summary>
    internal abstract long Encode(ReadOnlySpan<float> source, Span<byte> destination);

    /// <summary>
    /// Encodes to nearest even from a sum kept to a precision, and adds the squares of what that loses to the lanes of a
    /// <see cref="FixedOrderSum"/>.
    /// </summary>
    /// <returns>The number of finite values that overflowed, and of exact values that are NaN.</returns>
    internal abstract (long Saturated, long NotANumber) EncodeMeasured(
        SumPrecision precision, ReadOnlySpan<double> exact, Span<byte> destination, Span<double> rounding);

    /// <summary>Encodes stochastically; returns the number of finite values that overflowed.</summary>
    internal abstract long EncodeStochastic(ReadOnlySpan<double> source, Span<byte> destination, PhiloxKey key, long firstElement);

    /// <inheritdoc cref="TensorStatistics.CountNaN"/>
    internal abstract long CountNaN(ReadOnlySpan<byte> source);

    private static ScalarFloatKernels<TCodec, TBits> Select<TCodec, TBits>(bool vectorized)
        where TCodec : struct, IFloatCodec<TBits>
        where TBits : unmanaged, IBinaryInteger<TBits> =>
        vectorized ? VectorFloatKernels<TCodec, TBits>.Instance : ScalarFloatKernels<TCodec, TBits>.Instance;
}
