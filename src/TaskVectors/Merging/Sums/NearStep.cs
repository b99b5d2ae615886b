using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Merging.Sums;

/// <summary>The step of <see cref="NearSteps"/> in registers.</summary>
/// <param name="distance">The distance, not negative.</param>
internal readonly struct NearStep(float distance) : IPairOperation
{
    private readonly Vector256<float> _most = Vector256.Create(distance);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Apply(Vector256<float> first, Vector256<float> second)
    {
        Vector256<float> difference = second - first;
        Vector256<float> step = first + (_most | (difference & Vector256.Create(-0f)));
        return Vector256.ConditionalSelect(Vector256.LessThanOrEqual(Vector256.Abs(difference), _most), second, step);
    }
}
