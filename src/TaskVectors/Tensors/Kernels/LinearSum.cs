using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>
/// The sum, its encoding and its measures in one pass over sixteen elements at a time, for the types that models are mostly made of.
/// </summary>
internal abstract class LinearSum
{
    /// <summary>How many elements are made at once.</summary>
    internal const int GroupLength = 16;

    /// <summary>The kernel of a type, or <see langword="null"/> where there is none for it, for the precision or for this processor.</summary>
    internal static LinearSum? For(DType dtype, SumPrecision precision) => (dtype, precision) switch
    {
        _ when !Vector256.IsHardwareAccelerated || !BitConverter.IsLittleEndian => null,
        (DType.BF16, SumPrecision.Single) => LinearSum<BFloat16WideCodec>.Instance,
        (DType.F16, SumPrecision.Single) => LinearSum<Float16WideCodec>.Instance,
        (DType.F32, _) => LinearSum<Float32WideCodec>.Instance,
        _ => null,
    };

    /// <summary>
    /// Makes the whole sixteens of a block, or finds that it has numbers that need care: then nothing of use has been written and the lanes
    /// are as they were.
    /// </summary>
    /// <param name="block">The inputs; those with a coefficient of 0 take no part.</param>
    /// <param name="destination">Receives the codes.</param>
    /// <param name="rounding">The lanes of the sum of squares of what rounding loses.</param>
    /// <param name="edit">The lanes of the sum of squares of the edit.</param>
    /// <param name="isTooSmall">Whether a sum may be below <see cref="LinearBlock.SmallestShare"/>, which is one way to need care.</param>
    /// <returns>How many elements were made, or -1.</returns>
    internal abstract int TrySum(LinearBlock block, Span<byte> destination, Span<double> rounding, Span<double> edit, out bool isTooSmall);

    /// <summary>
    /// Makes whole sixteens of two inputs of a block by an operation in binary32, or finds that there are numbers that need care or no kernel for the type: then
    /// nothing of use has been written.
    /// </summary>
    /// <inheritdoc cref="TrySum"/>
    internal static bool TryCombine<TOperation>(
        DType dtype, LinearBlock block, int first, int second, TOperation operation, Span<byte> destination, Span<double> rounding, Span<double> edit)
        where TOperation : struct, IPairOperation => dtype switch
        {
            _ when For(dtype, SumPrecision.Single) is null => false,
            DType.BF16 => LinearSum<BFloat16WideCodec>.TryCombine(block, first, second, operation, destination, rounding, edit),
            DType.F16 => LinearSum<Float16WideCodec>.TryCombine(block, first, second, operation, destination, rounding, edit),
            _ => false,
        };
}

/// <inheritdoc cref="LinearSum"/>
internal sealed class LinearSum<TCodec> : LinearSum
    where TCodec : struct, IWideCodec
{
    // Sums are compared in F32: a few more than are too small are taken for such, none fewer.
    private const double Caution = 1.001;

    private LinearSum()
    {
    }

    internal static LinearSum<TCodec> Instance { get; } = new();

    internal override int TrySum(LinearBlock block, Span<byte> destination, Span<double> rounding, Span<double> edit, out bool isTooSmall)
    {
        int whole = block.Count - (block.Count % GroupLength);
        LaneSums roundings = LaneSums.Load(rounding, TCodec.IsInterleaved);
        LaneSums edits = LaneSums.Load(edit, TCodec.IsInterleaved);
        Extremes extremes = Sum(block, destination, whole, ref roundings, ref edits, out isTooSmall);
        if (isTooSmall || !TCodec.AreOrdinary(extremes) || !IsFinite(edits))
        {
            return -1;
        }

        roundings.Store(rounding, TCodec.IsInterleaved);
        edits.Store(edit, TCodec.IsInterleaved);
        return whole;
    }

    // Infinite elements of the base show here, where it has no part in the sum.
    private static bool IsFinite(LaneSums sums) => double.IsFinite(Vector256.Sum(sums.A) + Vector256.Sum(sums.B));

    private static Extremes Sum(LinearBlock block, Span<byte> destination, int whole, ref LaneSums roundings, ref LaneSums edits, out bool isTooSmall)
    {
        isTooSmall = false;
        if (!block.Addend.IsEmpty)
        {
            return SumWithAddend(block, block.Addend, destination, whole, ref roundings, ref edits, out isTooSmall);
        }

        if (block.SingleAddend.IsEmpty)
        {
            return SumOfTerms(block, destination, whole, ref roundings, ref edits);
        }

        return block.AddendCoefficient == 1 && !block.Coefficients.ContainsAnyExcept(0.0)
            ? RoundAddend(block, destination, whole, ref roundings, ref edits)
            : SumWithAddend(block, block.SingleAddend, destination, whole, ref roundings, ref edits, out isTooSmall);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Extremes SumOfTerms(LinearBlock block, Span<byte> destination, int whole, ref LaneSums roundingSums, ref LaneSums editSums)
    {
        ref byte from = ref MemoryMarshal.GetReference(block.Inputs);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        ref double coefficients = ref MemoryMarshal.GetReference(block.Coefficients);
        nint stride = block.Stride;
        nint reference = block.Reference * stride;
        int first = block.Coefficients.IndexOfAnyExcept(0.0);
        bool isReferenceFirst = first >= 0 && first == block.Reference;
        int terms = block.Coefficients.Length;
        LaneSums roundings = roundingSums;
        LaneSums edits = editSums;
        Extremes extremes = default;
        for (int i = 0; i < whole; i += GroupLength)
        {
            ref byte group = ref Unsafe.AddByteOffset(ref from, (nint)i * TCodec.ElementSize);
            ref byte source = ref Unsafe.AddByteOffset(ref group, first * stride);
            Sixteen leading = TCodec.Decode(in source, ref extremes);
            Sixteen sum = leading * Vector256.Create(Unsafe.Add(ref coefficients, first));
            for (int term = first + 1; term < terms; term++)
            {
                source = ref Unsafe.AddByteOffset(ref source, stride);
                double coefficient = Unsafe.Add(ref coefficients, term);
                if (coefficient != 0)
                {
                    sum = TCodec.Decode(in source, ref extremes).MultiplyAdd(Vector256.Create(coefficient), sum);
                }
            }

            SixteenSingles written = TCodec.Encode(TCodec.Narrow(sum), ref Unsafe.AddByteOffset(ref to, (nint)i * TCodec.ElementSize), ref extremes);
            roundings.AddFiniteSquares(TCodec.Widen(written) - sum);
            if (isReferenceFirst)
            {
                sum -= leading;
            }
            else if (reference >= 0)
            {
                sum -= TCodec.Decode(in Unsafe.AddByteOffset(ref group, reference), ref extremes);
            }

            edits.AddFiniteSquares(sum);
        }

        roundingSums = roundings;
        editSums = edits;
        return extremes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Extremes SumWithAddend<TAddend>(
        LinearBlock block, ReadOnlySpan<TAddend> addends, Span<byte> destination, int whole, ref LaneSums roundingSums, ref LaneSums editSums, out bool isTooSmall)
        where TAddend : unmanaged
    {
        ref byte from = ref MemoryMarshal.GetReference(block.Inputs);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        ref double coefficients = ref MemoryMarshal.GetReference(block.Coefficients);
        ref TAddend addend = ref MemoryMarshal.GetReference(addends);
        Vector256<double> factor = Vector256.Create(block.AddendCoefficient);
        Vector256<float> share = Vector256.Create((float)(Caution * block.AddendCoefficient * block.SmallestShare));
        Vector256<float> tooSmall = default;
        nint stride = block.Stride;
        nint reference = block.Reference * stride;
        int first = block.Coefficients.IndexOfAnyExcept(0.0);
        bool isReferenceFirst = first >= 0 && first == block.Reference;
        int terms = block.Coefficients.LastIndexOfAnyExcept(0.0) + 1;
        LaneSums roundings = roundingSums;
        LaneSums edits = editSums;
        Extremes extremes = default;
        for (int i = 0; i < whole; i += GroupLength)
        {
            ref byte group = ref Unsafe.AddByteOffset(ref from, (nint)i * TCodec.ElementSize);
            SixteenSingles added = typeof(TAddend) == typeof(float) ? TCodec.Load(ref Unsafe.As<TAddend, float>(ref Unsafe.Add(ref addend, i))) : default;
            Sixteen sum = typeof(TAddend) == typeof(float) ? TCodec.Widen(added) : TCodec.Load(ref Unsafe.As<TAddend, double>(ref Unsafe.Add(ref addend, i)));
            Sixteen leading = default;
            if (first < 0)
            {
                sum *= factor;
            }
            else
            {
                leading = TCodec.Decode(in Unsafe.AddByteOffset(ref group, first * stride), ref extremes);
                Sixteen others = leading * Vector256.Create(Unsafe.Add(ref coefficients, first));
                for (int term = first + 1; term < terms; term++)
                {
                    double coefficient = Unsafe.Add(ref coefficients, term);
                    if (coefficient != 0)
                    {
                        others = TCodec.Decode(in Unsafe.AddByteOffset(ref group, term * stride), ref extremes).MultiplyAdd(Vector256.Create(coefficient), others);
                    }
                }

                sum = sum.MultiplyAdd(factor, others);
            }

            SixteenSingles kept = TCodec.Narrow(sum);
            if (typeof(TAddend) == typeof(float))
            {
                tooSmall |= kept.IsBelow(share, added);
            }

            SixteenSingles written = TCodec.Encode(kept, ref Unsafe.AddByteOffset(ref to, (nint)i * TCodec.ElementSize), ref extremes);
            roundings.AddFiniteSquares(TCodec.Widen(written) - sum);
            if (isReferenceFirst)
            {
                sum -= leading;
            }
            else if (reference >= 0)
            {
                sum -= TCodec.Decode(in Unsafe.AddByteOffset(ref group, reference), ref extremes);
            }

            edits.AddFiniteSquares(sum);
        }

        roundingSums = roundings;
        editSums = edits;
        isTooSmall = tooSmall.AsUInt32() != Vector256<uint>.Zero;
        return extremes;
    }

    // The addend is the sum: what rounding it loses is a number of binary32.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Extremes RoundAddend(LinearBlock block, Span<byte> destination, int whole, ref LaneSums roundingSums, ref LaneSums editSums)
    {
        ref byte from = ref MemoryMarshal.GetReference(block.Inputs);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        ref float addend = ref MemoryMarshal.GetReference(block.SingleAddend);
        nint reference = (nint)block.Reference * block.Stride;
        LaneSums roundings = roundingSums;
        LaneSums edits = editSums;
        Extremes extremes = default;
        for (int i = 0; i < whole; i += GroupLength)
        {
            nint offset = (nint)i * TCodec.ElementSize;
            SixteenSingles sum = TCodec.Load(ref Unsafe.Add(ref addend, i));
            SixteenSingles written = TCodec.Encode(sum, ref Unsafe.AddByteOffset(ref to, offset), ref extremes);
            roundings.AddFiniteSquares(TCodec.Widen(written - sum));
            Sixteen edit = TCodec.Widen(sum);
            if (reference >= 0)
            {
                edit -= TCodec.Decode(in Unsafe.AddByteOffset(ref from, reference + offset), ref extremes);
            }

            edits.AddFiniteSquares(edit);
        }

        roundingSums = roundings;
        editSums = edits;
        return extremes;
    }

    internal static bool TryCombine<TOperation>(
        LinearBlock block, int first, int second, TOperation operation, Span<byte> destination, Span<double> rounding, Span<double> edit)
        where TOperation : struct, IPairOperation
    {
        LaneSums roundings = LaneSums.Load(rounding, TCodec.IsInterleaved);
        LaneSums edits = LaneSums.Load(edit, TCodec.IsInterleaved);
        Extremes extremes = Combine(block, first, second, operation, destination, ref roundings, ref edits);
        roundings.Store(rounding, TCodec.IsInterleaved);
        edits.Store(edit, TCodec.IsInterleaved);
        return TCodec.AreOrdinary(extremes) && IsFinite(edits);
    }

    // Numbers that are infinite or none show in their difference.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Extremes Combine<TOperation>(
        LinearBlock block, int firstInput, int secondInput, TOperation operation, Span<byte> destination, ref LaneSums roundingSums, ref LaneSums editSums)
        where TOperation : struct, IPairOperation
    {
        ref byte from = ref MemoryMarshal.GetReference(block.Inputs);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        nint first = (nint)firstInput * block.Stride;
        nint second = (nint)secondInput * block.Stride;
        nint reference = (nint)block.Reference * block.Stride;
        bool isReferenceFirst = firstInput == block.Reference;
        LaneSums roundings = roundingSums;
        LaneSums edits = editSums;
        Extremes extremes = default;
        for (int i = 0; i < block.Count; i += GroupLength)
        {
            nint offset = (nint)i * TCodec.ElementSize;
            SixteenSingles left = TCodec.DecodeSingles(in Unsafe.AddByteOffset(ref from, first + offset), ref extremes);
            SixteenSingles right = TCodec.DecodeSingles(in Unsafe.AddByteOffset(ref from, second + offset), ref extremes);
            SixteenSingles difference = right - left;
            extremes.AddSums(difference.A);
            extremes.AddSums(difference.B);
            SixteenSingles sum = new(operation.Apply(left.A, right.A), operation.Apply(left.B, right.B));
            SixteenSingles written = TCodec.Encode(sum, ref Unsafe.AddByteOffset(ref to, offset), ref extremes);
            roundings.AddFiniteSquares(TCodec.Widen(written - sum));
            Sixteen edit = TCodec.Widen(sum);
            if (isReferenceFirst)
            {
                edit -= TCodec.Widen(left);
            }
            else if (reference >= 0)
            {
                edit -= TCodec.Decode(in Unsafe.AddByteOffset(ref from, reference + offset), ref extremes);
            }

            edits.AddFiniteSquares(edit);
        }

        roundingSums = roundings;
        editSums = edits;
        return extremes;
    }
}
