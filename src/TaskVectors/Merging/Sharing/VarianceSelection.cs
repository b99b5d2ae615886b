using System.Buffers;
using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Sharing;

/// <summary>Finds the elements with the largest variance over the models; equal variances by their index.</summary>
/// <param name="total">The number of elements.</param>
/// <param name="selected">How many are looked for.</param>
internal sealed class VarianceSelection(long total, long selected) : SelectionStatistic(total, [(0, selected)])
{
    /// <summary>Sets to zero, in all models, what lies outside of a cut.</summary>
    public static void KeepWithin(MergeBlock block, MagnitudeCut cut)
    {
        if (cut == MagnitudeCut.All)
        {
            return;
        }

        double[] rented = ArrayPool<double>.Shared.Rent(block.Count);
        Span<double> variances = rented.AsSpan(0, block.Count);
        _ = Variances.Find(block, variances);

        // What is selected has a variance, so that those set to zero can be told.
        MagnitudeScan.KeepWithin(variances, block.First, cut);
        for (int model = 0; model < block.ModelCount; model++)
        {
            KeepVarying(block[model], variances);
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    protected override ReadOnlySpan<double> Values(MergeBlock block, int series, Span<double> buffer)
    {
        _ = Variances.Find(block, buffer);
        return buffer;
    }

    private static void KeepVarying(Span<double> values, ReadOnlySpan<double> variances)
    {
        int index = 0;
        for (; index <= values.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            Vector<long> isZero = Vector.Equals(new Vector<double>(variances[index..]), Vector<double>.Zero);
            Vector.ConditionalSelect(isZero, Vector<double>.Zero, new Vector<double>(values[index..])).CopyTo(values[index..]);
        }

        for (; index < values.Length; index++)
        {
            values[index] = variances[index] == 0 ? 0 : values[index];
        }
    }
}
