using System.Buffers;
using System.Numerics;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Sharing;

/// <summary>Finds the elements with the largest variance over the models; equal variances by their index.</summary>
/// <param name="total">The number of elements.</param>
/// <param name="selected">How many are looked for.</param>
internal sealed class VarianceSelection(long total, long selected) : SelectionStatistic(total, [(0, selected)])
{
    /// <summary>The variance of each element over the models: the mean square of what remains without the mean.</summary>
    public static void Find(MergeBlock block, Span<double> variances)
    {
        int index = 0;
        var share = new Vector<double>(1.0 / block.ModelCount);
        for (; index <= block.Count - Vector<double>.Count; index += Vector<double>.Count)
        {
            Vector<double> sum = Vector<double>.Zero;
            for (int model = 0; model < block.ModelCount; model++)
            {
                sum += new Vector<double>(block[model][index..]);
            }

            Vector<double> mean = sum * share;
            Vector<double> squares = Vector<double>.Zero;
            for (int model = 0; model < block.ModelCount; model++)
            {
                Vector<double> rest = new Vector<double>(block[model][index..]) - mean;
                squares = Vector.FusedMultiplyAdd(rest, rest, squares);
            }

            (squares * share).CopyTo(variances[index..]);
        }

        FindScalar(block, index, variances);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public static void FindScalar(MergeBlock block, int from, Span<double> variances)
    {
        double share = 1.0 / block.ModelCount;
        for (int index = from; index < block.Count; index++)
        {
            double sum = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                sum += block[model][index];
            }

            double mean = sum * share;
            double squares = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                double rest = block[model][index] - mean;
                squares = Math.FusedMultiplyAdd(rest, rest, squares);
            }

            variances[index] = squares * share;
        }
    }

    /// <summary>Sets to zero, in all models, what lies outside of a cut.</summary>
    public static void KeepWithin(MergeBlock block, MagnitudeCut cut)
    {
        double[] rented = ArrayPool<double>.Shared.Rent(block.Count);
        Span<double> variances = rented.AsSpan(0, block.Count);
        Find(block, variances);
        for (int index = 0; index < block.Count; index++)
        {
            if (!cut.Contains(variances[index], block.First + index))
            {
                Clear(block, index);
            }
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    protected override ReadOnlySpan<double> Values(MergeBlock block, int series, Span<double> buffer)
    {
        Find(block, buffer);
        return buffer;
    }

    private static void Clear(MergeBlock block, int index)
    {
        for (int model = 0; model < block.ModelCount; model++)
        {
            block[model][index] = 0;
        }
    }
}
