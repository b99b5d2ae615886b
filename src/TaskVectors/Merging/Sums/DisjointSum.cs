using System.Numerics;

namespace TaskVectors.Merging.Sums;

/// <summary>
/// The election and merge of TIES as its paper has them: for each element the sign of the plain sum wins, and the values of that sign are averaged over
/// the models that have it, or added. Weights scale values, not votes. Source: Yadav et al., "TIES-Merging", NeurIPS 2023, algorithm 1, steps 2 and 3.
/// </summary>
/// <param name="weights">The factor of each model's values.</param>
/// <param name="averages">Whether the sum is divided by the number of models that take part in it.</param>
/// <param name="scale">The factor of the result.</param>
internal sealed class DisjointSum(double[] weights, bool averages, double scale) : IVectorSum
{
    /// <inheritdoc/>
    /// <remarks>A sum of zero elects the positive sign.</remarks>
    public void Merge(MergeBlock block, Span<double> result) => Merge(block, zeroIsPositive: true, result);

    /// <summary>Merges a block.</summary>
    /// <param name="block">The trimmed task vectors.</param>
    /// <param name="zeroIsPositive">Whether a sum of zero elects the positive sign rather than the negative.</param>
    /// <param name="result">Receives the merged values.</param>
    public void Merge(MergeBlock block, bool zeroIsPositive, Span<double> result)
    {
        Sum(block, result);
        int index = 0;
        for (; index <= block.Count - Vector<double>.Count; index += Vector<double>.Count)
        {
            MergeVector(block, zeroIsPositive, index, result);
        }

        MergeScalar(block, zeroIsPositive, index, result);
    }

    /// <summary>Counts the elements of a block whose sum is positive less those whose sum is negative.</summary>
    public static long CountSigns(MergeBlock block, Span<double> sums)
    {
        Sum(block, sums);
        long count = 0;
        foreach (double sum in sums)
        {
            count += sum > 0 ? 1 : 0;
            count -= sum < 0 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Merges the elements from a position on, whose sums the result holds, one by one.</summary>
    public void MergeScalar(MergeBlock block, bool zeroIsPositive, int from, Span<double> result)
    {
        for (int index = from; index < block.Count; index++)
        {
            bool isPositive = zeroIsPositive ? result[index] >= 0 : result[index] > 0;
            double sum = 0;
            double count = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                double value = block[model][index];
                bool agrees = isPositive ? value > 0 : value < 0;
                sum += agrees ? value * weights[model] : 0;
                count += agrees ? 1 : 0;
            }

            result[index] = averages ? sum / Math.Max(count, 1) * scale : sum * scale;
        }
    }

    private static void Sum(MergeBlock block, Span<double> sums)
    {
        block[0].CopyTo(sums);
        for (int model = 1; model < block.ModelCount; model++)
        {
            BlockMath.AddScaled(block[model], 1, sums);
        }
    }

    private void MergeVector(MergeBlock block, bool zeroIsPositive, int index, Span<double> result)
    {
        var plain = new Vector<double>(result[index..]);
        Vector<long> isPositive = zeroIsPositive ? Vector.GreaterThanOrEqual(plain, Vector<double>.Zero) : Vector.GreaterThan(plain, Vector<double>.Zero);
        Vector<double> sum = Vector<double>.Zero;
        Vector<double> count = Vector<double>.Zero;
        for (int model = 0; model < block.ModelCount; model++)
        {
            var value = new Vector<double>(block[model][index..]);
            Vector<long> agrees = Vector.ConditionalSelect(isPositive, Vector.GreaterThan(value, Vector<double>.Zero), Vector.LessThan(value, Vector<double>.Zero));
            sum += Vector.ConditionalSelect(agrees, value * new Vector<double>(weights[model]), Vector<double>.Zero);
            count += Vector.ConditionalSelect(agrees, Vector<double>.One, Vector<double>.Zero);
        }

        ((averages ? sum / Vector.Max(count, Vector<double>.One) : sum) * new Vector<double>(scale)).CopyTo(result[index..]);
    }
}
