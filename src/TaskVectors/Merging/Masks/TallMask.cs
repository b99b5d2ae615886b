using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.Merging.Kernels;

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
        int done = task is { } only ? ApplyOne(block.Values, only, vector) : ApplyVotes(block.Values, vector);
        ApplyScalar(block, done, vector);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ApplyVotes(MergeBlock<double> block, Span<double> vector)
    {
        ref double values = ref block.FirstValue;
        ref double target = ref MemoryMarshal.GetReference(vector);
        ref double lambda = ref MemoryMarshal.GetArrayDataReference(lambdas);
        nint stride = block.Stride;
        int models = block.ModelCount;
        var factor = new Vector<double>(scale);
        var needed = new Vector<long>(-agreement);
        int index = 0;
        for (; index <= vector.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            ref double first = ref Unsafe.Add(ref values, index);
            Vector<double> merged = Vector.LoadUnsafe(ref target, (nuint)index);
            Vector<long> votes = Vector<long>.Zero;
            for (int model = 0; model < models; model++)
            {
                Vector<double> own = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride));
                votes += Vector.GreaterThan(Vector.Abs(own), new Vector<double>(Unsafe.Add(ref lambda, model)) * Vector.Abs(merged - own));
            }

            // A vote is minus one.
            Vector<long> isKept = Vector.LessThanOrEqual(votes, needed);
            Vector.ConditionalSelect(isKept, merged * factor, Vector<double>.Zero).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }

    private int ApplyOne(MergeBlock<double> block, int model, Span<double> vector)
    {
        ReadOnlySpan<double> values = block[model];
        var lambda = new Vector<double>(lambdas[model]);
        var factor = new Vector<double>(scale);
        int index = 0;
        for (; index <= vector.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            var merged = new Vector<double>(vector[index..]);
            var own = new Vector<double>(values[index..]);
            Vector<long> isKept = Vector.GreaterThan(Vector.Abs(own), lambda * Vector.Abs(merged - own));
            Vector.ConditionalSelect(isKept, merged * factor, Vector<double>.Zero).CopyTo(vector[index..]);
        }

        return index;
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
