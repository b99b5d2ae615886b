using System.Numerics;

namespace TaskVectors.Merging.Sharing;

/// <summary>The mean, element by element, over those task vectors whose change exceeds a magnitude.</summary>
internal static class SharedMean
{
    /// <summary>Merges a block.</summary>
    /// <param name="block">The task vectors.</param>
    /// <param name="epsilon">The magnitude to exceed.</param>
    /// <param name="scales">What a change is multiplied by where no other model makes one, for each model; empty for 1.</param>
    /// <param name="result">Receives the means; 0 where no model changes the element.</param>
    public static void Merge(MergeBlock block, double epsilon, ReadOnlySpan<double> scales, Span<double> result)
    {
        int index = 0;
        for (; index <= block.Count - Vector<double>.Count; index += Vector<double>.Count)
        {
            MergeVector(block, epsilon, scales, index, result);
        }

        MergeScalar(block, epsilon, scales, index, result);
    }

    /// <summary>Merges the elements from a position on, one by one.</summary>
    public static void MergeScalar(MergeBlock block, double epsilon, ReadOnlySpan<double> scales, int from, Span<double> result)
    {
        for (int index = from; index < block.Count; index++)
        {
            double sum = 0;
            double alone = 0;
            double count = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                double value = block[model][index];
                value = Math.Abs(value) > epsilon ? value : 0;
                sum += value;
                alone += scales.IsEmpty ? value : value * scales[model];
                count += Math.Abs(value) > epsilon ? 1 : 0;
            }

            result[index] = count > 1 ? sum / count : alone;
        }
    }

    private static void MergeVector(MergeBlock block, double epsilon, ReadOnlySpan<double> scales, int index, Span<double> result)
    {
        var least = new Vector<double>(epsilon);
        Vector<double> sum = Vector<double>.Zero;
        Vector<double> alone = Vector<double>.Zero;
        Vector<double> count = Vector<double>.Zero;
        for (int model = 0; model < block.ModelCount; model++)
        {
            var value = new Vector<double>(block[model][index..]);
            Vector<long> changes = Vector.GreaterThan(Vector.Abs(value), least);
            value = Vector.ConditionalSelect(changes, value, Vector<double>.Zero);
            sum += value;
            alone += scales.IsEmpty ? value : value * new Vector<double>(scales[model]);
            count += Vector.ConditionalSelect(changes, Vector<double>.One, Vector<double>.Zero);
        }

        Vector.ConditionalSelect(Vector.GreaterThan(count, Vector<double>.One), sum / count, alone).CopyTo(result[index..]);
    }
}
