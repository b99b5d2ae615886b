namespace TaskVectors.Merging.Masks;

/// <summary>
/// The elements of a multi-task vector tau that matter to tasks: m_t = [|tau_t| &gt; lambda_t |tau - tau_t|]. Source: Wang et al., "Localizing Task
/// Information for Improved Model Merging and Compression", ICML 2024, section 4.
/// </summary>
/// <param name="lambdas">lambda_t for each task.</param>
/// <param name="agreement">How many tasks an element must matter to.</param>
/// <param name="task">The one task whose mask is applied instead; <see langword="null"/> for the consensus.</param>
/// <param name="scale">The factor of the result.</param>
internal sealed class TallMask(double[] lambdas, int agreement, int? task, double scale)
{
    /// <summary>Masks and scales the multi-task vector.</summary>
    /// <param name="block">The task vectors.</param>
    /// <param name="vector">The multi-task vector.</param>
    public void Apply(MergeBlock block, Span<double> vector)
    {
        for (int index = 0; index < vector.Length; index++)
        {
            bool isKept = task is { } only ? Matters(block, only, index, vector[index]) : Votes(block, index, vector[index]) >= agreement;
            vector[index] = isKept ? scale * vector[index] : 0;
        }
    }

    private int Votes(MergeBlock block, int index, double merged)
    {
        int votes = 0;
        for (int model = 0; model < block.ModelCount; model++)
        {
            votes += Matters(block, model, index, merged) ? 1 : 0;
        }

        return votes;
    }

    private bool Matters(MergeBlock block, int model, int index, double merged)
    {
        double own = block[model][index];
        return Math.Abs(own) > lambdas[model] * Math.Abs(merged - own);
    }
}
