using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Tensors;

/// <summary>
/// Sums and counts over the elements of a tensor or a tile of one.
/// </summary>
/// <remarks>
/// Every sum is taken in binary64 in one fixed order, whatever the processor: the term of element i of the span is added by a fused
/// multiply-add to lane i mod 8, in order of i; then lane j + 4 is added to lane j, j + 2 to j and 1 to 0. So equal spans give equal
/// bits; splitting a span does change the rounding.
/// </remarks>
public static class TensorStatistics
{
    // A multiple of the number of lanes, so that lanes stay in step; 4 KiB, which the first-level cache holds.
    private const int DecodedLength = 32 * FixedOrderSum.Lanes;

    /// <summary>Compares what was written with the exact values, and these with the reference an edit started from.</summary>
    /// <param name="writtenDType">The element type of <paramref name="written"/>; see <see cref="DTypes.IsArithmetic"/>.</param>
    /// <param name="written">The values as encoded, little-endian, at any alignment.</param>
    /// <param name="exact">The values before the rounding to <paramref name="writtenDType"/>.</param>
    /// <param name="reference">The values before the edit.</param>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic, or the lengths do not match.</exception>
    public static EditStatistics Measure(
        DType writtenDType, ReadOnlySpan<byte> written, ReadOnlySpan<double> exact, ReadOnlySpan<double> reference)
    {
        if (reference.Length != exact.Length)
        {
            throw new ArgumentException($"{reference.Length} reference values for {exact.Length} exact ones.", nameof(reference));
        }

        return MeasureAgainst(writtenDType, written, exact, reference);
    }

    /// <summary>Compares what was written with the exact values; the reference is zero, so the edit is the tensor itself.</summary>
    /// <inheritdoc cref="Measure(DType, ReadOnlySpan{byte}, ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static EditStatistics Measure(DType writtenDType, ReadOnlySpan<byte> written, ReadOnlySpan<double> exact) =>
        MeasureAgainst(writtenDType, written, exact, default);

    /// <summary>The number of NaNs among encoded values.</summary>
    /// <param name="dtype">The element type; see <see cref="DTypes.IsArithmetic"/>.</param>
    /// <param name="source">The values, little-endian, at any alignment.</param>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic, or the bytes are not a whole number of elements.</exception>
    public static long CountNaN(DType dtype, ReadOnlySpan<byte> source)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        if (source.Length % kernels.ElementSize != 0)
        {
            throw new ArgumentException($"{source.Length} bytes are not a whole number of {dtype.Name()} elements.", nameof(source));
        }

        return kernels.CountNaN(source);
    }

    /// <summary>The inner product: the sum of a_i b_i. NaNs and infinities enter it as binary64 arithmetic has it.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length)
        {
            throw new ArgumentException($"The vectors have {a.Length} and {b.Length} elements.", nameof(b));
        }

        return FixedOrderSum.Dot(a, b);
    }

    /// <summary>The sum of squares a_i^2, the same bits as <c>Dot(a, a)</c>.</summary>
    public static double SumOfSquares(ReadOnlySpan<double> a) => FixedOrderSum.Dot(a, a);

    private static EditStatistics MeasureAgainst(
        DType dtype, ReadOnlySpan<byte> written, ReadOnlySpan<double> exact, ReadOnlySpan<double> reference)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(written.Length, exact.Length, nameof(written));
        Span<double> rounding = stackalloc double[FixedOrderSum.Lanes];
        Span<double> edit = stackalloc double[FixedOrderSum.Lanes];
        rounding.Clear();
        edit.Clear();
        Span<double> values = stackalloc double[DecodedLength];
        long notANumber = 0;
        for (int first = 0; first < exact.Length; first += DecodedLength)
        {
            int count = Math.Min(DecodedLength, exact.Length - first);
            kernels.Decode(written.Slice(first * kernels.ElementSize, count * kernels.ElementSize), values[..count]);
            ReadOnlySpan<double> origin = reference.IsEmpty ? default : reference.Slice(first, count);
            notANumber += EditSums.Add(values[..count], exact.Slice(first, count), origin, rounding, edit);
        }

        return new EditStatistics(FixedOrderSum.Reduce(rounding), FixedOrderSum.Reduce(edit), notANumber);
    }
}
