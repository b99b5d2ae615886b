using System.Numerics;

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
        int index = 0;
        for (; index <= vector.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            var merged = new Vector<double>(vector[index..]);
            Vector<long> isKept = task is { } only ? Matter(block, only, index, merged) : Vector.GreaterThanOrEqual(Votes(block, index, merged), new Vector<double>(agreement));
            Vector.ConditionalSelect(isKept, merged * new Vector<double>(scale), Vector<double>.Zero).CopyTo(vector[index..]);
        }

        ApplyScalar(block, index, vector);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public void ApplyScalar(MergeBlock block, int from, Span<double> vector)
    {
        for (int index = from; index < vector.Length; index++)
        {
            bool isKept = task is { } only ? Matters(block, only, index, vector[index]) : Votes(block, index, vector[index]) >= agreement;
            vector[index] = isKept ? scale * vector[index] : 0;
        }
    }

    private Vector<double> Votes(MergeBlock block, int index, Vector<double> merged)
    {
        Vector<double> votes = Vector<double>.Zero;
        for (int model = 0; model < block.ModelCount; model++)
        {
            votes += Vector.ConditionalSelect(Matter(block, model, index, merged), Vector<double>.One, Vector<double>.Zero);
        }

        return votes;
    }

    private Vector<long> Matter(MergeBlock block, int model, int index, Vector<double> merged)
    {
        var own = new Vector<double>(block[model][index..]);
        return Vector.GreaterThan(Vector.Abs(own), new Vector<double>(lambdas[model]) * Vector.Abs(merged - own));
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
