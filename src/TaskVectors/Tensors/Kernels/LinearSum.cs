using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>
/// The sum, its encoding and its measures in one pass over sixteen elements at a time, for the types that models are mostly made of.
/// </summary>
internal abstract class LinearSum
{
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
    /// <returns>How many elements were made, or -1.</returns>
    internal abstract int TrySum(LinearBlock block, Span<byte> destination, Span<double> rounding, Span<double> edit);
}

/// <inheritdoc cref="LinearSum"/>
internal sealed class LinearSum<TCodec> : LinearSum
    where TCodec : struct, IWideCodec
{
    private const int GroupLength = 16;

    private LinearSum()
    {
    }

    internal static LinearSum<TCodec> Instance { get; } = new();

    internal override int TrySum(LinearBlock block, Span<byte> destination, Span<double> rounding, Span<double> edit)
    {
        int whole = block.Count - (block.Count % GroupLength);
        LaneSums roundings = LaneSums.Load(rounding, TCodec.IsInterleaved);
        LaneSums edits = LaneSums.Load(edit, TCodec.IsInterleaved);
        Extremes extremes = block.Addend.IsEmpty
            ? Sum(block, destination, whole, ref roundings, ref edits)
            : SumWithAddend(block, destination, whole, ref roundings, ref edits);
        if (!TCodec.AreOrdinary(extremes) || !IsFinite(edits))
        {
            return -1;
        }

        roundings.Store(rounding, TCodec.IsInterleaved);
        edits.Store(edit, TCodec.IsInterleaved);
        return whole;
    }

    // Infinite elements of the base show here, where it has no part in the sum.
    private static bool IsFinite(LaneSums sums) => double.IsFinite(Vector256.Sum(sums.A) + Vector256.Sum(sums.B));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Extremes Sum(LinearBlock block, Span<byte> destination, int whole, ref LaneSums roundingSums, ref LaneSums editSums)
    {
        ref byte from = ref MemoryMarshal.GetReference(block.Inputs);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        ref double coefficients = ref MemoryMarshal.GetReference(block.Coefficients);
        nint stride = block.Stride;
        nint reference = block.Reference * stride;
        int first = block.Coefficients.IndexOfAnyExcept(0.0);
        int terms = block.Coefficients.Length;
        LaneSums roundings = roundingSums;
        LaneSums edits = editSums;
        Extremes extremes = default;
        for (int i = 0; i < whole; i += GroupLength)
        {
            ref byte group = ref Unsafe.AddByteOffset(ref from, (nint)i * TCodec.ElementSize);
            ref byte source = ref Unsafe.AddByteOffset(ref group, first * stride);
            Sixteen sum = TCodec.Decode(in source, ref extremes) * Vector256.Create(Unsafe.Add(ref coefficients, first));
            for (int term = first + 1; term < terms; term++)
            {
                source = ref Unsafe.AddByteOffset(ref source, stride);
                double coefficient = Unsafe.Add(ref coefficients, term);
                if (coefficient != 0)
                {
                    sum = TCodec.Decode(in source, ref extremes).MultiplyAdd(Vector256.Create(coefficient), sum);
                }
            }

            Sixteen written = TCodec.Encode(sum, ref Unsafe.AddByteOffset(ref to, (nint)i * TCodec.ElementSize), ref extremes);
            roundings.AddFiniteSquares(written - sum);
            if (reference >= 0)
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
    private static Extremes SumWithAddend(LinearBlock block, Span<byte> destination, int whole, ref LaneSums roundingSums, ref LaneSums editSums)
    {
        ref byte from = ref MemoryMarshal.GetReference(block.Inputs);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        ref double coefficients = ref MemoryMarshal.GetReference(block.Coefficients);
        ref double addend = ref MemoryMarshal.GetReference(block.Addend);
        Vector256<double> factor = Vector256.Create(block.AddendCoefficient);
        nint stride = block.Stride;
        nint reference = block.Reference * stride;
        int first = block.Coefficients.IndexOfAnyExcept(0.0);
        int terms = block.Coefficients.LastIndexOfAnyExcept(0.0) + 1;
        LaneSums roundings = roundingSums;
        LaneSums edits = editSums;
        Extremes extremes = default;
        for (int i = 0; i < whole; i += GroupLength)
        {
            ref byte group = ref Unsafe.AddByteOffset(ref from, (nint)i * TCodec.ElementSize);
            Sixteen sum = TCodec.Load(ref Unsafe.Add(ref addend, i));
            if (first < 0)
            {
                sum *= factor;
            }
            else
            {
                Sixteen others = TCodec.Decode(in Unsafe.AddByteOffset(ref group, first * stride), ref extremes) * Vector256.Create(Unsafe.Add(ref coefficients, first));
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

            Sixteen written = TCodec.Encode(sum, ref Unsafe.AddByteOffset(ref to, (nint)i * TCodec.ElementSize), ref extremes);
            roundings.AddFiniteSquares(written - sum);
            if (reference >= 0)
            {
                sum -= TCodec.Decode(in Unsafe.AddByteOffset(ref group, reference), ref extremes);
            }

            edits.AddFiniteSquares(sum);
        }

        roundingSums = roundings;
        editSums = edits;
        return extremes;
    }
}
