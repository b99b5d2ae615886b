using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>
/// Adds the terms of <see cref="EditStatistics"/> to the lanes of two <see cref="FixedOrderSum"/>s. Spans have equal lengths, but an empty
/// reference stands for zeros.
/// </summary>
internal static class EditSums
{
    /// <summary>Adds the terms of all elements; returns the number of exact values that are NaN.</summary>
    internal static long Add(
        ReadOnlySpan<double> written, ReadOnlySpan<double> exact, ReadOnlySpan<double> reference, Span<double> rounding, Span<double> edit)
    {
        int done = Vector256.IsHardwareAccelerated ? exact.Length - exact.Length % FixedOrderSum.Lanes : 0;
        ReadOnlySpan<double> doneReference = reference.IsEmpty ? default : reference[..done];
        ReadOnlySpan<double> restReference = reference.IsEmpty ? default : reference[done..];
        return (done > 0 ? AddVector(written[..done], exact[..done], doneReference, rounding, edit) : 0)
            + AddScalar(written[done..], exact[done..], restReference, rounding, edit);
    }

    /// <summary>Adds the squares of exact - reference to the lanes of a sum; an empty reference stands for zeros.</summary>
    internal static void AddDifferences(ReadOnlySpan<double> exact, ReadOnlySpan<double> reference, Span<double> edit)
    {
        int done = Vector256.IsHardwareAccelerated ? AddDifferencesVector(exact, reference, edit) : 0;
        AddDifferencesScalar(exact[done..], reference.IsEmpty ? default : reference[done..], edit);
    }

    /// <summary>The scalar form of <see cref="AddDifferences"/>.</summary>
    internal static void AddDifferencesScalar(ReadOnlySpan<double> exact, ReadOnlySpan<double> reference, Span<double> edit)
    {
        for (int i = 0; i < exact.Length; i++)
        {
            AddSquare(exact[i] - (reference.IsEmpty ? 0.0 : reference[i]), ref edit[i % FixedOrderSum.Lanes]);
        }
    }

    /// <summary>Does the work of <see cref="AddDifferencesScalar"/> for the whole groups of eight; returns how many elements those are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int AddDifferencesVector(ReadOnlySpan<double> exact, ReadOnlySpan<double> reference, Span<double> edit)
    {
        ref double number = ref MemoryMarshal.GetReference(exact);
        ref double origin = ref MemoryMarshal.GetReference(reference);
        bool hasReference = !reference.IsEmpty;
        LaneSums sums = LaneSums.Load(edit);
        int whole = exact.Length - exact.Length % FixedOrderSum.Lanes;
        for (int i = 0; i < whole; i += FixedOrderSum.Lanes)
        {
            Vector256<double> lower = Load(ref number, i);
            Vector256<double> upper = Load(ref number, i + 4);
            if (hasReference)
            {
                lower -= Load(ref origin, i);
                upper -= Load(ref origin, i + 4);
            }

            sums.AddSquares(lower, upper);
        }

        sums.Store(edit);
        return whole;
    }

    /// <summary>The scalar form of <see cref="Add"/>.</summary>
    internal static long AddScalar(
        ReadOnlySpan<double> written, ReadOnlySpan<double> exact, ReadOnlySpan<double> reference, Span<double> rounding, Span<double> edit)
    {
        long notANumber = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            notANumber += double.IsNaN(exact[i]) ? 1 : 0;
            AddSquare(written[i] - exact[i], ref rounding[i % FixedOrderSum.Lanes]);
            AddSquare(exact[i] - (reference.IsEmpty ? 0.0 : reference[i]), ref edit[i % FixedOrderSum.Lanes]);
        }

        return notANumber;
    }

    /// <summary>The vector form of <see cref="Add"/>, for a multiple of eight elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static long AddVector(
        ReadOnlySpan<double> written, ReadOnlySpan<double> exact, ReadOnlySpan<double> reference, Span<double> rounding, Span<double> edit)
    {
        ref double output = ref MemoryMarshal.GetReference(written);
        ref double number = ref MemoryMarshal.GetReference(exact);
        ref double origin = ref MemoryMarshal.GetReference(reference);
        bool hasReference = !reference.IsEmpty;
        LaneSums roundings = LaneSums.Load(rounding);
        LaneSums edits = LaneSums.Load(edit);
        Vector256<long> notANumber = Vector256<long>.Zero;
        for (int i = 0; i < exact.Length; i += FixedOrderSum.Lanes)
        {
            Vector256<double> lower = Load(ref number, i);
            Vector256<double> upper = Load(ref number, i + 4);
            notANumber -= IsNaN(lower) + IsNaN(upper);
            roundings.AddSquares(Load(ref output, i) - lower, Load(ref output, i + 4) - upper);
            if (hasReference)
            {
                lower -= Load(ref origin, i);
                upper -= Load(ref origin, i + 4);
            }

            edits.AddSquares(lower, upper);
        }

        roundings.Store(rounding);
        edits.Store(edit);
        return Vector256.Sum(notANumber);
    }

    /// <summary>Adds the square of a difference; leaves out what is not finite.</summary>
    internal static void AddSquare(double difference, ref double lane)
    {
        if (double.IsFinite(difference))
        {
            lane = Math.FusedMultiplyAdd(difference, difference, lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Load(ref double first, int index) => Vector256.LoadUnsafe(ref first, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> IsNaN(Vector256<double> numbers) => Vector256.IsNaN(numbers).AsInt64();
}
