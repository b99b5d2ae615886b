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
    /// <summary>The factor of the result.</summary>
    public double Scale => scale;

    /// <summary>Masks and scales the multi-task vector.</summary>
    /// <param name="block">The task vectors.</param>
    /// <param name="vector">The multi-task vector.</param>
    public void Apply<T>(MergeBlock<T> block, Span<T> vector)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> factors = stackalloc T[lambdas.Length];
        for (int model = 0; model < lambdas.Length; model++)
        {
            factors[model] = T.CreateTruncating(lambdas[model]);
        }

        int done = task is { } only ? ApplyOne(block, only, factors[only], vector) : ApplyVotes(block, factors, vector);
        ApplyScalar(block, done, vector);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public void ApplyScalar<T>(MergeBlock<T> block, int from, Span<T> vector)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < vector.Length; index++)
        {
            bool isKept = task is { } only ? Matters(block, only, index, vector[index]) : Votes(block, index, vector[index]) >= agreement;
            vector[index] = isKept ? T.CreateTruncating(scale) * vector[index] : T.Zero;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ApplyVotes<T>(MergeBlock<T> block, ReadOnlySpan<T> factors, Span<T> vector)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T values = ref block.FirstValue;
        ref T target = ref MemoryMarshal.GetReference(vector);
        ref T lambda = ref MemoryMarshal.GetReference(factors);
        nint stride = block.Stride;
        int models = block.ModelCount;
        var factor = new Vector<T>(T.CreateTruncating(scale));
        var needed = new Vector<T>(T.CreateTruncating(agreement));
        int index = 0;
        for (; index <= vector.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            ref T first = ref Unsafe.Add(ref values, index);
            Vector<T> merged = Vector.LoadUnsafe(ref target, (nuint)index);
            Vector<T> votes = Vector<T>.Zero;
            for (int model = 0; model < models; model++)
            {
                Vector<T> own = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride));
                Vector<T> matters = Vector.GreaterThan(Vector.Abs(own), new Vector<T>(Unsafe.Add(ref lambda, model)) * Vector.Abs(merged - own));
                votes += matters & Vector<T>.One;
            }

            (merged * factor & Vector.GreaterThanOrEqual(votes, needed)).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ApplyOne<T>(MergeBlock<T> block, int model, T lambda, Span<T> vector)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T values = ref MemoryMarshal.GetReference(block[model]);
        ref T target = ref MemoryMarshal.GetReference(vector);
        var least = new Vector<T>(lambda);
        var factor = new Vector<T>(T.CreateTruncating(scale));
        int index = 0;
        for (; index <= vector.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            Vector<T> merged = Vector.LoadUnsafe(ref target, (nuint)index);
            Vector<T> own = Vector.LoadUnsafe(ref values, (nuint)index);
            Vector<T> isKept = Vector.GreaterThan(Vector.Abs(own), least * Vector.Abs(merged - own));
            (merged * factor & isKept).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }

    private int Votes<T>(MergeBlock<T> block, int index, T merged)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int votes = 0;
        for (int model = 0; model < block.ModelCount; model++)
        {
            votes += Matters(block, model, index, merged) ? 1 : 0;
        }

        return votes;
    }

    private bool Matters<T>(MergeBlock<T> block, int model, int index, T merged)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T own = block[model][index];
        return T.Abs(own) > T.CreateTruncating(lambdas[model]) * T.Abs(merged - own);
    }
}
