using System.Numerics;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Statistics;

/// <summary>
/// The mean of models weighted by Fisher information, which lies in a block behind the models. It is formed as the first model and the weighted mean of the
/// differences to it, so that where models agree the result is what they agree on, to the last bit.
/// </summary>
/// <param name="weights">The importance of each model; they sum to 1.</param>
/// <param name="epsilon">The least that the information of an element counts.</param>
internal sealed class FisherMean(double[] weights, double epsilon)
{
    /// <summary>The number of models.</summary>
    public int Models => weights.Length;

    /// <summary>Merges a block and overwrites it.</summary>
    /// <param name="block">The models, then the information of each.</param>
    /// <param name="scales">What the information of each model is multiplied by first.</param>
    /// <param name="result">Receives one number an element.</param>
    public void Merge(MergeBlock block, ReadOnlySpan<double> scales, Span<double> result)
    {
        Span<double> sums = block[Models];
        Span<double> means = block[0];
        Floor(sums, scales[0], weights[0]);
        result.Clear();
        for (int model = 1; model < Models; model++)
        {
            Floor(block[Models + model], scales[model], weights[model]);
            AddDifferences(block[model], block[Models + model], means, sums, result);
        }

        Finish(block, sums, means, result);
    }

    private void Floor(Span<double> information, double scale, double weight)
    {
        int index = 0;
        var floor = new Vector<double>(epsilon);
        for (; index <= information.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            (Vector.Max(new Vector<double>(information[index..]) * scale, floor) * weight).CopyTo(information[index..]);
        }

        for (; index < information.Length; index++)
        {
            information[index] = Math.Max(information[index] * scale, epsilon) * weight;
        }
    }

    private static void AddDifferences(Span<double> values, ReadOnlySpan<double> information, ReadOnlySpan<double> first, Span<double> sums, Span<double> result)
    {
        int index = 0;
        for (; index <= result.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            var own = new Vector<double>(information[index..]);
            Vector<double> difference = new Vector<double>(values[index..]) - new Vector<double>(first[index..]);
            difference.CopyTo(values[index..]);
            (new Vector<double>(result[index..]) + (difference * own)).CopyTo(result[index..]);
            (new Vector<double>(sums[index..]) + own).CopyTo(sums[index..]);
        }

        for (; index < result.Length; index++)
        {
            values[index] -= first[index];
            result[index] += values[index] * information[index];
            sums[index] += information[index];
        }
    }

    // Without any information, as with an epsilon of 0, the models count by their weights alone.
    private void Finish(MergeBlock block, ReadOnlySpan<double> sums, ReadOnlySpan<double> first, Span<double> result)
    {
        for (int index = 0; index < result.Length; index++)
        {
            if (sums[index] == 0)
            {
                result[index] = 0;
                for (int model = 1; model < Models; model++)
                {
                    result[index] += weights[model] * block[model][index];
                }
            }
            else
            {
                result[index] /= sums[index];
            }

            // A zero keeps its sign.
            result[index] = result[index] == 0 ? first[index] : first[index] + result[index];
        }
    }
}
