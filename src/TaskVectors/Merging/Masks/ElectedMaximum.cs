namespace TaskVectors.Merging.Masks;

/// <summary>
/// The unified vector of EMR: for each element the sign of the sum (a sum of zero counts as negative) and the largest magnitude among the task vectors
/// that have it. Source: Huang et al., "EMR-Merging: Tuning-Free High-Performance Model Merging", NeurIPS 2024, section 3.2.
/// </summary>
internal static class ElectedMaximum
{
    /// <summary>Makes the unified vector of a block.</summary>
    public static void Merge(MergeBlock block, Span<double> result)
    {
        block[0].CopyTo(result);
        for (int model = 1; model < block.ModelCount; model++)
        {
            Sums.BlockMath.AddScaled(block[model], 1, result);
        }

        for (int index = 0; index < result.Length; index++)
        {
            double sign = result[index] > 0 ? 1 : -1;
            double largest = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                largest = Math.Max(largest, sign * block[model][index]);
            }

            result[index] = sign * largest;
        }
    }

    /// <summary>Sets to zero what a task has not, or has of the other sign.</summary>
    public static void Mask(ReadOnlySpan<double> task, Span<double> unified)
    {
        for (int index = 0; index < unified.Length; index++)
        {
            unified[index] = (task[index] > 0 && unified[index] > 0) || (task[index] < 0 && unified[index] < 0) ? unified[index] : 0;
        }
    }
}
