using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Tensors;

/// <summary>
/// Converts between encoded elements and numbers, and accumulates encoded elements into binary64. Works for the types with
/// <see cref="DTypes.IsArithmetic"/>: F64, F32, F16, BF16 and the four plain 8-bit floats.
/// </summary>
/// <remarks>
/// Encoded elements are little-endian and may lie at any alignment. Source and destination must not overlap. Results do not depend on
/// the processor: the vector and the scalar code give the same bits. All methods are thread-safe.
/// <para>
/// Encoding rounds once, to nearest with ties to even, subnormals included. What does not fit becomes:
/// <list type="table">
/// <listheader><term>type</term><description>largest finite value; the smallest magnitude that overflows; what overflow and infinity become; NaN</description></listheader>
/// <item><term>F64</term><description>nothing overflows; infinity stays; NaN verbatim</description></item>
/// <item><term>F32</term><description>(2 - 2^-23) 2^127; (2 - 2^-24) 2^127; infinity; sign, quiet bit, top payload bits</description></item>
/// <item><term>BF16</term><description>(2 - 2^-7) 2^127; (2 - 2^-8) 2^127; infinity; sign, quiet bit, top payload bits</description></item>
/// <item><term>F16</term><description>65504; 65520; infinity; sign, quiet bit, top payload bits</description></item>
/// <item><term>F8_E5M2</term><description>57344; 61440; infinity; 0x7F with the sign</description></item>
/// <item><term>F8_E4M3</term><description>448; above 464; 448 with the sign, for infinity too; 0x7F with the sign</description></item>
/// <item><term>F8_E4M3FNUZ</term><description>240; 248; NaN (0x80), for infinity too; 0x80</description></item>
/// <item><term>F8_E5M2FNUZ</term><description>57344; 61440; NaN (0x80), for infinity too; 0x80</description></item>
/// </list>
/// The FNUZ types have no minus zero: it becomes zero. Finite values that overflow are counted, whatever they become.
/// These are the rules of PyTorch 2.13, but for NaN payloads and for its second rounding on the way from binary64.
/// </para>
/// </remarks>
public static class TensorConverter
{
    // A whole number of lanes; both spans of a step lie on the stack.
    private const int StepLength = 32 * FixedOrderSum.Lanes;

    /// <summary>Decodes elements, exactly. A signalling NaN may become quiet.</summary>
    /// <param name="dtype">The element type.</param>
    /// <param name="source">The encoded elements.</param>
    /// <param name="destination">Receives one number an element.</param>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic, or the lengths do not match.</exception>
    public static void Decode(DType dtype, ReadOnlySpan<byte> source, Span<double> destination)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(source.Length, destination.Length, nameof(source));
        kernels.Decode(source, destination);
    }

    /// <summary>Decodes elements: exactly, but for F64, which is rounded to nearest even. A signalling NaN may become quiet.</summary>
    /// <inheritdoc cref="Decode(DType, ReadOnlySpan{byte}, Span{double})"/>
    public static void Decode(DType dtype, ReadOnlySpan<byte> source, Span<float> destination)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(source.Length, destination.Length, nameof(source));
        kernels.Decode(source, destination);
    }

    /// <summary>Decodes elements less the numbers of an origin: x_i - o_i, rounded once in the precision of the numbers.</summary>
    /// <param name="dtype">The element type of the source.</param>
    /// <param name="source">The encoded elements x.</param>
    /// <param name="origin">The numbers o, one an element.</param>
    /// <param name="destination">Receives one number an element.</param>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic, or the lengths do not match.</exception>
    public static void DecodeDifference(DType dtype, ReadOnlySpan<byte> source, ReadOnlySpan<double> origin, Span<double> destination)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(source.Length, destination.Length, nameof(source));
        CheckOrigin(origin.Length, destination.Length);
        kernels.DecodeDifference(source, origin, destination);
    }

    /// <inheritdoc cref="DecodeDifference(DType, ReadOnlySpan{byte}, ReadOnlySpan{double}, Span{double})"/>
    public static void DecodeDifference(DType dtype, ReadOnlySpan<byte> source, ReadOnlySpan<float> origin, Span<float> destination)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(source.Length, destination.Length, nameof(source));
        CheckOrigin(origin.Length, destination.Length);
        kernels.DecodeDifference(source, origin, destination);
    }

    /// <summary>Sets accumulator_i = c x_i, rounded once.</summary>
    /// <remarks>A NaN result is x_i made quiet if that is NaN, else c, else the default NaN of .NET: the same bits on every processor.</remarks>
    /// <param name="dtype">The element type of the source.</param>
    /// <param name="source">The encoded elements x.</param>
    /// <param name="coefficient">The coefficient c.</param>
    /// <param name="accumulator">Receives one number an element.</param>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic, or the lengths do not match.</exception>
    public static void Multiply(DType dtype, ReadOnlySpan<byte> source, double coefficient, Span<double> accumulator)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(source.Length, accumulator.Length, nameof(source));
        kernels.Multiply(source, coefficient, accumulator);
    }

    /// <summary>Adds c x_i to accumulator_i by a fused multiply-add: the product is not rounded, the sum is, once.</summary>
    /// <remarks>
    /// A NaN result is accumulator_i made quiet if that was NaN, else x_i, else c, else the default NaN of .NET: the same bits on every
    /// processor.
    /// </remarks>
    /// <param name="dtype">The element type of the source.</param>
    /// <param name="source">The encoded elements x.</param>
    /// <param name="coefficient">The coefficient c.</param>
    /// <param name="accumulator">The numbers to add to, one an element.</param>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic, or the lengths do not match.</exception>
    public static void MultiplyAdd(DType dtype, ReadOnlySpan<byte> source, double coefficient, Span<double> accumulator)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(source.Length, accumulator.Length, nameof(source));
        kernels.MultiplyAdd(source, coefficient, accumulator);
    }

    /// <summary>Encodes numbers, each rounded once to nearest even. Overflow is handled as the table at <see cref="TensorConverter"/> says.</summary>
    /// <param name="dtype">The element type to write.</param>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">Receives the encoded elements.</param>
    /// <returns>How many finite values were too large.</returns>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic, or the lengths do not match.</exception>
    public static EncodeCounts Encode(DType dtype, ReadOnlySpan<double> source, Span<byte> destination)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(destination.Length, source.Length, nameof(destination));
        return new EncodeCounts(kernels.Encode(source, destination));
    }

    /// <inheritdoc cref="Encode(DType, ReadOnlySpan{double}, Span{byte})"/>
    public static EncodeCounts Encode(DType dtype, ReadOnlySpan<float> source, Span<byte> destination)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(destination.Length, source.Length, nameof(destination));
        return new EncodeCounts(kernels.Encode(source, destination));
    }

    /// <summary>
    /// The sum of c_t x_t over several tensors of one dtype, encoded to that dtype and measured: the same bits as <see cref="Multiply"/> of the
    /// first input whose coefficient is not 0, <see cref="MultiplyAdd"/> of the others, a fused multiply-add of the addend, and
    /// <see cref="EncodeMeasured"/>, in one pass.
    /// </summary>
    /// <param name="dtype">The element type of inputs and output; see <see cref="DTypes.IsArithmetic"/>.</param>
    /// <param name="block">The inputs and their coefficients.</param>
    /// <param name="destination">Filled with as many elements, little-endian, at any alignment.</param>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic, the lengths do not fit, or every coefficient is 0.</exception>
    public static (EncodeCounts Counts, EditStatistics Statistics) Sum(DType dtype, LinearBlock block, Span<byte> destination)
    {
        _ = TrySum(dtype, block, destination, out EncodeCounts counts, out EditStatistics statistics);
        return (counts, statistics);
    }

    /// <summary>The same, of numbers of an addend in F32 as well.</summary>
    /// <returns>Whether no sum is, or nearly is, below <see cref="LinearBlock.SmallestShare"/>; else nothing of use has been written.</returns>
    /// <inheritdoc cref="Sum(DType, LinearBlock, Span{byte})"/>
    internal static bool TrySum(DType dtype, LinearBlock block, Span<byte> destination, out EncodeCounts counts, out EditStatistics statistics)
    {
        FloatKernels kernels = CheckCovered(dtype, block, destination);
        if (!block.Coefficients.ContainsAnyExcept(0.0) && block.Addend.IsEmpty && block.SingleAddend.IsEmpty && block.Count > 0)
        {
            throw new ArgumentException("No term has a coefficient, and there is no addend.", nameof(block));
        }

        Span<double> rounding = stackalloc double[FixedOrderSum.Lanes];
        Span<double> edit = stackalloc double[FixedOrderSum.Lanes];
        rounding.Clear();
        edit.Clear();
        bool isTooSmall = false;
        int done = LinearSum.For(dtype, block.Precision)?.TrySum(block, destination, rounding, edit, out isTooSmall) ?? -1;
        long saturated = 0;
        long notANumber = 0;
        for (int first = Math.Max(done, 0); first < block.Count && !isTooSmall; first += StepLength)
        {
            int count = Math.Min(StepLength, block.Count - first);
            Span<byte> codes = destination.Slice(first * kernels.ElementSize, count * kernels.ElementSize);
            (long overflowed, long invalid) = SumInSteps(kernels, block, first, codes, rounding, edit, ref isTooSmall);
            saturated += overflowed;
            notANumber += invalid;
        }

        counts = new EncodeCounts(saturated);
        statistics = new EditStatistics(FixedOrderSum.Reduce(rounding), FixedOrderSum.Reduce(edit), notANumber);
        return !isTooSmall;
    }

    /// <summary>
    /// An operation in F32 on two tensors of one dtype of at most 16 bits, encoded to that dtype and measured in one pass: the same bits as decoding them to F32, the
    /// operation, and the sum of nothing but its results.
    /// </summary>
    /// <param name="dtype">The element type of inputs and output.</param>
    /// <param name="block">The inputs; their coefficients are not looked at.</param>
    /// <param name="first">The index of the first input of the operation.</param>
    /// <param name="second">The index of the second.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="destination">Filled with as many elements, little-endian, at any alignment.</param>
    /// <param name="statistics">What was measured.</param>
    /// <returns>Whether this could be done; else there are numbers that need care, or an odd number of them, and nothing of use has been written.</returns>
    internal static bool TryCombine<TOperation>(
        DType dtype, LinearBlock block, int first, int second, TOperation operation, Span<byte> destination, out EditStatistics statistics)
        where TOperation : struct, IPairOperation
    {
        CheckCovered(dtype, block, destination);
        Span<double> rounding = stackalloc double[FixedOrderSum.Lanes];
        Span<double> edit = stackalloc double[FixedOrderSum.Lanes];
        rounding.Clear();
        edit.Clear();
        bool isDone = block.Count % LinearSum.GroupLength == 0 && LinearSum.TryCombine(dtype, block, first, second, operation, destination, rounding, edit);
        statistics = new EditStatistics(FixedOrderSum.Reduce(rounding), FixedOrderSum.Reduce(edit), 0);
        return isDone;
    }

    /// <summary>
    /// Encodes sums to nearest even, ties to even, and measures what that loses: the same as keeping the sums to a precision,
    /// <see cref="Encode(DType, ReadOnlySpan{double}, Span{byte})"/> and
    /// <see cref="TensorStatistics.Measure(DType, ReadOnlySpan{byte}, ReadOnlySpan{double}, ReadOnlySpan{double})"/>, in one pass.
    /// </summary>
    /// <param name="dtype">The element type; see <see cref="DTypes.IsArithmetic"/>.</param>
    /// <param name="precision">The precision to which sums are kept before they are rounded.</param>
    /// <param name="exact">The sums.</param>
    /// <param name="reference">What the size of the edit is measured against; empty for zeros.</param>
    /// <param name="destination">Filled with as many elements, little-endian, at any alignment.</param>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic, or the lengths do not fit.</exception>
    public static (EncodeCounts Counts, EditStatistics Statistics) EncodeMeasured(
        DType dtype, SumPrecision precision, ReadOnlySpan<double> exact, ReadOnlySpan<double> reference, Span<byte> destination)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(destination.Length, exact.Length, nameof(destination));
        if (!reference.IsEmpty && reference.Length != exact.Length)
        {
            throw new ArgumentException($"There are {exact.Length} sums and {reference.Length} references.", nameof(reference));
        }

        Span<double> rounding = stackalloc double[FixedOrderSum.Lanes];
        Span<double> edit = stackalloc double[FixedOrderSum.Lanes];
        rounding.Clear();
        edit.Clear();
        (long saturated, long notANumber) = kernels.EncodeMeasured(precision, exact, destination, rounding);
        EditSums.AddDifferences(exact, reference, edit);
        return (new EncodeCounts(saturated), new EditStatistics(FixedOrderSum.Reduce(rounding), FixedOrderSum.Reduce(edit), notANumber));
    }

    /// <summary>
    /// Encodes numbers with unbiased stochastic rounding: x between the neighbouring encodable values lo and hi becomes hi with
    /// probability (x - lo) / (hi - lo), else lo. An encodable x is unchanged.
    /// </summary>
    /// <remarks>
    /// The randomness of element i of the span is <see cref="Philox4x32.Bits"/> of <paramref name="firstElement"/> + i, so the result
    /// does not depend on how a tensor is cut into spans. The probability is exact for |x| of at least 2^-11 of
    /// the type's smallest positive number, and below that too small by less than 2^-63.
    /// <para>
    /// Beyond the largest finite value there is no upper neighbour to be unbiased with: such values, infinities and NaNs are encoded
    /// as <see cref="Encode(DType, ReadOnlySpan{double}, Span{byte})"/> does.
    /// </para>
    /// </remarks>
    /// <param name="dtype">The element type to write.</param>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">Receives the encoded elements.</param>
    /// <param name="key">The key of the tensor's random numbers.</param>
    /// <param name="firstElement">The index in the tensor of the first number; at least 0.</param>
    /// <returns>How many finite values were too large.</returns>
    /// <exception cref="ArgumentException">The type takes no part in arithmetic, or the lengths do not match.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="firstElement"/> is negative.</exception>
    public static EncodeCounts EncodeStochastic(
        DType dtype, ReadOnlySpan<double> source, Span<byte> destination, PhiloxKey key, long firstElement)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(destination.Length, source.Length, nameof(destination));
        return new EncodeCounts(kernels.EncodeStochastic(source, destination, key, firstElement));
    }

    private static FloatKernels CheckCovered(DType dtype, LinearBlock block, ReadOnlySpan<byte> destination)
    {
        FloatKernels kernels = FloatKernels.For(dtype);
        kernels.CheckLength(destination.Length, block.Count, nameof(destination));
        bool isCovered = block.Stride >= destination.Length
            && block.Inputs.Length >= ((block.Coefficients.Length - 1L) * block.Stride) + destination.Length
            && block.Reference < block.Coefficients.Length
            && (block.Addend.IsEmpty || block.Addend.Length == block.Count)
            && (block.SingleAddend.IsEmpty || block.SingleAddend.Length == block.Count);
        return isCovered ? kernels : throw new ArgumentException("The inputs or the addend do not hold the elements of every term.", nameof(block));
    }

    private static void CheckOrigin(int origin, int elements)
    {
        if (origin != elements)
        {
            throw new ArgumentException($"There are {elements} elements and {origin} numbers of their origin.", nameof(origin));
        }
    }

    // The steps one after another, for at most StepLength elements.
    private static (long Saturated, long NotANumber) SumInSteps(
        FloatKernels kernels, LinearBlock block, int first, Span<byte> destination, Span<double> rounding, Span<double> edit, ref bool isTooSmall)
    {
        int count = destination.Length / kernels.ElementSize;
        Span<double> sum = stackalloc double[StepLength];
        Span<double> reference = stackalloc double[StepLength];
        sum = sum[..count];
        reference = reference[..count];
        bool started = false;
        for (int term = 0; term < block.Coefficients.Length; term++)
        {
            ReadOnlySpan<byte> source = block.Inputs.Slice((term * block.Stride) + (first * kernels.ElementSize), destination.Length);
            if (term == block.Reference)
            {
                kernels.Decode(source, reference);
            }

            switch (block.Coefficients[term])
            {
                case 0:
                    break;
                case double coefficient when started:
                    kernels.MultiplyAdd(source, coefficient, sum);
                    break;
                case double coefficient:
                    kernels.Multiply(source, coefficient, sum);
                    started = true;
                    break;
            }
        }

        for (int index = 0; index < count && !(block.Addend.IsEmpty && block.SingleAddend.IsEmpty); index++)
        {
            double number = block.Addend.IsEmpty ? block.SingleAddend[first + index] : block.Addend[first + index];
            sum[index] = started ? Math.FusedMultiplyAdd(number, block.AddendCoefficient, sum[index]) : number * block.AddendCoefficient;
            isTooSmall |= Math.Abs(sum[index]) < Math.Abs(number * (block.AddendCoefficient * block.SmallestShare));
        }

        (long saturated, long notANumber) = kernels.EncodeMeasured(block.Precision, sum, destination, rounding);
        EditSums.AddDifferences(sum, block.Reference < 0 ? default : reference, edit);
        return (saturated, notANumber);
    }
}
