using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.Merging.Kernels;

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
    /// <param name="block">The trimmed task vectors.</param>
    /// <param name="weights">A weight for each.</param>
    /// <param name="normalize">Whether the sum is divided by the sum of the weights of those added.</param>
    /// <param name="scale">The factor of the result.</param>
    /// <param name="result">Receives the merged values.</param>
    public static void Merge<T>(MergeBlock<T> block, ReadOnlySpan<double> weights, bool normalize, double scale, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> factors = stackalloc T[weights.Length];
        for (int model = 0; model < weights.Length; model++)
        {
            factors[model] = T.CreateTruncating(weights[model]);
        }

        int done = MergeVectors(block, factors, normalize, T.CreateTruncating(scale), result);
        MergeScalar(block, weights, normalize, scale, done, result);
    }

    /// <summary>Merges the elements from a position on, one by one.</summary>
    public static void MergeScalar<T>(MergeBlock<T> block, ReadOnlySpan<double> weights, bool normalize, double scale, int from, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < block.Count; index++)
        {
            T votes = T.Zero;
            for (int model = 0; model < block.ModelCount; model++)
            {
                votes += block[model][index] * T.CreateTruncating(weights[model]);
            }

            bool isPositive = votes >= T.Zero;
            T sum = T.Zero;
            T divisor = T.Zero;
            for (int model = 0; model < block.ModelCount; model++)
            {
                T weight = T.CreateTruncating(weights[model]);
                T value = block[model][index] * weight;
                bool agrees = isPositive ? value > T.Zero : value < T.Zero;
                sum += agrees ? value : T.Zero;
                divisor += agrees ? weight : T.Zero;
            }

            divisor = T.Abs(divisor) < T.CreateTruncating(SmallestDivisor) ? T.One : divisor;
            result[index] = (normalize ? sum / divisor : sum) * T.CreateTruncating(scale);
        }
    }

    // Both signs are added up, and the elected one is taken: what does not agree adds a zero. Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MergeVectors<T>(MergeBlock<T> block, ReadOnlySpan<T> weights, bool normalize, T scale, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T values = ref block.FirstValue;
        ref T weight = ref MemoryMarshal.GetReference(weights);
        ref T target = ref MemoryMarshal.GetReference(result[..block.Count]);
        nint stride = block.Stride;
        int models = block.ModelCount;
        Vector<T> smallest = new(T.CreateTruncating(SmallestDivisor));
        int index = 0;
        for (; index <= block.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            ref T first = ref Unsafe.Add(ref values, index);
            Vector<T> votes = Vector<T>.Zero;
            Vector<T> above = Vector<T>.Zero, below = Vector<T>.Zero;
            Vector<T> weightsAbove = Vector<T>.Zero, weightsBelow = Vector<T>.Zero;
            for (int model = 0; model < models; model++)
            {
                var factor = new Vector<T>(Unsafe.Add(ref weight, model));
                Vector<T> value = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride)) * factor;
                votes += value;
                Vector<T> isAbove = Vector.GreaterThan(value, Vector<T>.Zero);
                Vector<T> isBelow = Vector.LessThan(value, Vector<T>.Zero);
                above += isAbove & value;
                below += isBelow & value;
                if (normalize)
                {
                    weightsAbove += isAbove & factor;
                    weightsBelow += isBelow & factor;
                }
            }

            Vector<T> isPositive = Vector.GreaterThanOrEqual(votes, Vector<T>.Zero);
            Vector<T> sum = Vector.ConditionalSelect(isPositive, above, below);
            if (normalize)
            {
                Vector<T> divisor = Vector.ConditionalSelect(isPositive, weightsAbove, weightsBelow);
                sum /= Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(divisor), smallest), Vector<T>.One, divisor);
            }

            (sum * new Vector<T>(scale)).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }
}
