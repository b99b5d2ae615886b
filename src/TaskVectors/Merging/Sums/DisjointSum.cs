using System.Numerics;
using TaskVectors.Merging.Kernels;

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
    public void Merge<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Merge(block, zeroIsPositive: true, result);

    /// <summary>Merges a block.</summary>
    /// <param name="block">The trimmed task vectors.</param>
    /// <param name="zeroIsPositive">Whether a sum of zero elects the positive sign rather than the negative.</param>
    /// <param name="result">Receives the merged values.</param>
    public void Merge<T>(MergeBlock<T> block, bool zeroIsPositive, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Sum(block, result);
        int index = 0;
        for (; index <= block.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            MergeVector(block, zeroIsPositive, index, result);
        }

        MergeScalar(block, zeroIsPositive, index, result);
    }

    /// <summary>Counts the elements of a block whose sum is positive less those whose sum is negative.</summary>
    public static long CountSigns(MergeBlock<double> block, Span<double> sums)
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
    public void MergeScalar<T>(MergeBlock<T> block, bool zeroIsPositive, int from, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < block.Count; index++)
        {
            bool isPositive = zeroIsPositive ? result[index] >= T.Zero : result[index] > T.Zero;
            T sum = T.Zero;
            T count = T.Zero;
            for (int model = 0; model < block.ModelCount; model++)
            {
                T value = block[model][index];
                bool agrees = isPositive ? value > T.Zero : value < T.Zero;
                sum += agrees ? value * T.CreateTruncating(weights[model]) : T.Zero;
                count += agrees ? T.One : T.Zero;
            }

            result[index] = (averages ? sum / T.Max(count, T.One) : sum) * T.CreateTruncating(scale);
        }
    }

    private static void Sum<T>(MergeBlock<T> block, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        block[0].CopyTo(sums);
        for (int model = 1; model < block.ModelCount; model++)
        {
            BlockMath.AddScaled(block[model], T.One, sums);
        }
    }

    private void MergeVector<T>(MergeBlock<T> block, bool zeroIsPositive, int index, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var plain = new Vector<T>(result[index..]);
        Vector<T> isPositive = zeroIsPositive ? Vector.GreaterThanOrEqual(plain, Vector<T>.Zero) : Vector.GreaterThan(plain, Vector<T>.Zero);
        Vector<T> sum = Vector<T>.Zero;
        Vector<T> count = Vector<T>.Zero;
        for (int model = 0; model < block.ModelCount; model++)
        {
            var value = new Vector<T>(block[model][index..]);
            Vector<T> agrees = Vector.ConditionalSelect(isPositive, Vector.GreaterThan(value, Vector<T>.Zero), Vector.LessThan(value, Vector<T>.Zero));
            sum += agrees & (value * new Vector<T>(T.CreateTruncating(weights[model])));
            count += agrees & Vector<T>.One;
        }

        ((averages ? sum / Vector.Max(count, Vector<T>.One) : sum) * new Vector<T>(T.CreateTruncating(scale))).CopyTo(result[index..]);
    }
}
