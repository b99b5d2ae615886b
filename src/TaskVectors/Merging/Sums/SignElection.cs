using System.Numerics;

namespace TaskVectors.Merging.Sums;

/// <summary>
/// The election of TIES: for each element the sign of the weighted sum wins (a sum of zero counts as positive), and only weighted values of that sign are
/// added. Source: Yadav et al., "TIES-Merging", NeurIPS 2023, section 3.
/// </summary>
internal static class SignElection
{
    /// <summary>Sums this close to zero do not divide.</summary>
    public const double SmallestDivisor = 1e-8;

    /// <summary>Merges a block.</summary>
    /// <param name="block">The trimmed task vectors; overwritten.</param>
    /// <param name="weights">A weight for each.</param>
    /// <param name="normalize">Whether the sum is divided by the sum of the weights of those added.</param>
    /// <param name="scale">The factor of the result.</param>
    /// <param name="result">Receives the merged values.</param>
    public static void Merge<T>(MergeBlock<T> block, ReadOnlySpan<double> weights, bool normalize, double scale, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        BlockMath.Scale(block[0], T.CreateTruncating(weights[0]), block[0]);
        block[0].CopyTo(result);
        for (int model = 1; model < block.ModelCount; model++)
        {
            BlockMath.Scale(block[model], T.CreateTruncating(weights[model]), block[model]);
            BlockMath.AddScaled(block[model], T.One, result);
        }

        int index = 0;
        for (; index <= block.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            MergeVector(block, weights, normalize, scale, index, result);
        }

        MergeScalar(block, weights, normalize, scale, index, result);
    }

    /// <summary>Merges the elements from a position on, whose sums of weighted values the result holds, one by one.</summary>
    public static void MergeScalar<T>(MergeBlock<T> block, ReadOnlySpan<double> weights, bool normalize, double scale, int from, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < block.Count; index++)
        {
            bool isPositive = result[index] >= T.Zero;
            T sum = T.Zero;
            T divisor = T.Zero;
            for (int model = 0; model < block.ModelCount; model++)
            {
                T value = block[model][index];
                bool agrees = isPositive ? value > T.Zero : value < T.Zero;
                sum += agrees ? value : T.Zero;
                divisor += agrees ? T.CreateTruncating(weights[model]) : T.Zero;
            }

            divisor = T.Abs(divisor) < T.CreateTruncating(SmallestDivisor) ? T.One : divisor;
            result[index] = (normalize ? sum / divisor : sum) * T.CreateTruncating(scale);
        }
    }

    private static void MergeVector<T>(MergeBlock<T> block, ReadOnlySpan<double> weights, bool normalize, double scale, int index, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> isPositive = Vector.GreaterThanOrEqual(new Vector<T>(result[index..]), Vector<T>.Zero);
        Vector<T> sum = Vector<T>.Zero;
        Vector<T> divisor = Vector<T>.Zero;
        for (int model = 0; model < block.ModelCount; model++)
        {
            var value = new Vector<T>(block[model][index..]);
            Vector<T> agrees = Vector.ConditionalSelect(isPositive, Vector.GreaterThan(value, Vector<T>.Zero), Vector.LessThan(value, Vector<T>.Zero));
            sum += agrees & value;
            divisor += agrees & new Vector<T>(T.CreateTruncating(weights[model]));
        }

        if (normalize)
        {
            divisor = Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(divisor), new Vector<T>(T.CreateTruncating(SmallestDivisor))), Vector<T>.One, divisor);
            sum /= divisor;
        }

        (sum * new Vector<T>(T.CreateTruncating(scale))).CopyTo(result[index..]);
    }
}
