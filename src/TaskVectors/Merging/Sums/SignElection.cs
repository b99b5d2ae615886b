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
    public static void Merge(MergeBlock block, ReadOnlySpan<double> weights, bool normalize, double scale, Span<double> result)
    {
        BlockMath.Scale(block[0], weights[0], block[0]);
        block[0].CopyTo(result);
        for (int model = 1; model < block.ModelCount; model++)
        {
            BlockMath.Scale(block[model], weights[model], block[model]);
            BlockMath.AddScaled(block[model], 1, result);
        }

        int index = 0;
        for (; index <= block.Count - Vector<double>.Count; index += Vector<double>.Count)
        {
            MergeVector(block, weights, normalize, scale, index, result);
        }

        MergeScalar(block, weights, normalize, scale, index, result);
    }

    /// <summary>Merges the elements from a position on, whose sums of weighted values the result holds, one by one.</summary>
    public static void MergeScalar(MergeBlock block, ReadOnlySpan<double> weights, bool normalize, double scale, int from, Span<double> result)
    {
        for (int index = from; index < block.Count; index++)
        {
            bool isPositive = result[index] >= 0;
            double sum = 0;
            double divisor = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                double value = block[model][index];
                bool agrees = isPositive ? value > 0 : value < 0;
                sum += agrees ? value : 0;
                divisor += agrees ? weights[model] : 0;
            }

            divisor = Math.Abs(divisor) < SmallestDivisor ? 1 : divisor;
            result[index] = normalize ? sum / divisor * scale : sum * scale;
        }
    }

    private static void MergeVector(MergeBlock block, ReadOnlySpan<double> weights, bool normalize, double scale, int index, Span<double> result)
    {
        Vector<long> isPositive = Vector.GreaterThanOrEqual(new Vector<double>(result[index..]), Vector<double>.Zero);
        Vector<double> sum = Vector<double>.Zero;
        Vector<double> divisor = Vector<double>.Zero;
        for (int model = 0; model < block.ModelCount; model++)
        {
            var value = new Vector<double>(block[model][index..]);
            Vector<long> agrees = Vector.ConditionalSelect(isPositive, Vector.GreaterThan(value, Vector<double>.Zero), Vector.LessThan(value, Vector<double>.Zero));
            sum += Vector.ConditionalSelect(agrees, value, Vector<double>.Zero);
            divisor += Vector.ConditionalSelect(agrees, new Vector<double>(weights[model]), Vector<double>.Zero);
        }

        var one = Vector<double>.One;
        divisor = Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(divisor), new Vector<double>(SmallestDivisor)), one, divisor);
        ((normalize ? sum / divisor : sum) * new Vector<double>(scale)).CopyTo(result[index..]);
    }
}
