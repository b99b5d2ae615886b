namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>One row of a softmax at a time.</summary>
internal static class SoftmaxKernels
{
    /// <summary>ln of the sum of e^x; negative infinity where every element is.</summary>
    public static float LogSumExp(ReadOnlySpan<float> x)
    {
        float largest = Elementwise.Max(x);
        if (!float.IsFinite(largest))
        {
            return largest;
        }

        Span<float> scratch = stackalloc float[256];
        float sum = 0;
        for (int i = 0; i < x.Length; i += scratch.Length)
        {
            ReadOnlySpan<float> part = x[i..Math.Min(x.Length, i + scratch.Length)];
            sum += Elementwise.ExpShifted(part, 1, largest, scratch[..part.Length]);
        }

        return largest + MathF.Log(sum);
    }

    /// <summary>y = e^x / sum of e^x; zeros where every x is negative infinity. Returns the logarithm of the sum. y may be x.</summary>
    public static float Softmax(ReadOnlySpan<float> x, Span<float> y)
    {
        float largest = Elementwise.Max(x);
        if (float.IsNegativeInfinity(largest))
        {
            y[..x.Length].Clear();
            return largest;
        }

        float sum = Elementwise.ExpShifted(x, 1, largest, y);
        Elementwise.Scale(1 / sum, y[..x.Length], y);
        return largest + MathF.Log(sum);
    }
}
