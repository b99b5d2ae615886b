using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>One row of scores of an attention.</summary>
internal static class AttentionKernels
{
    /// <summary>slopes = shares (slopes - mean): the derivative of the softmax.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScoreSlopes(ReadOnlySpan<float> shares, float mean, Span<float> slopes)
    {
        Vector256<float> shift = Vector256.Create(mean);
        int i = 0;
        for (; i <= shares.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Elementwise.Store(Elementwise.Load(shares, i) * (Elementwise.Load(slopes, i) - shift), slopes, i);
        }

        for (; i < shares.Length; i++)
        {
            slopes[i] = shares[i] * (slopes[i] - mean);
        }
    }
}
