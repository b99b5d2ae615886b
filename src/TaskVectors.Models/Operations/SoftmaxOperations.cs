using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Operations;

/// <summary>Softmax and its logarithm.</summary>
public static class SoftmaxOperations
{
    /// <summary>e^x / sum of e^x over the last dimension.</summary>
    /// <param name="x">[..., n].</param>
    public static Tensor SoftmaxLast(this Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        int width = x.Size(-1);
        Tensor y = x.Context.Allocate(x.Shape);
        ForEachRow(x, (start, end) =>
        {
            for (int row = start; row < end; row++)
            {
                _ = SoftmaxKernels.Softmax(x.Values.Slice(row * width, width), y.Values.Slice(row * width, width));
            }
        });
        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Tensor dx = x.OpenSparseGradient();
                for (int i = 0; i < x.Count; i += width)
                {
                    ReadOnlySpan<float> share = y.Values.Slice(i, width);
                    ReadOnlySpan<float> slope = dy.Values.Slice(i, width);
                    float mean = Elementwise.Dot(share, slope);
                    Span<float> target = dx.Values.Slice(i, width);
                    for (int j = 0; j < width; j++)
                    {
                        target[j] += share[j] * (slope[j] - mean);
                    }
                }
            });
        }

        return y;
    }

    /// <summary>x - ln of the sum of e^x over the last dimension.</summary>
    /// <param name="x">[..., n].</param>
    public static Tensor LogSoftmaxLast(this Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        int width = x.Size(-1);
        Tensor y = x.Context.Allocate(x.Shape);
        ForEachRow(x, (start, end) =>
        {
            for (int row = start; row < end; row++)
            {
                ReadOnlySpan<float> values = x.Values.Slice(row * width, width);
                float sum = SoftmaxKernels.LogSumExp(values);
                Span<float> target = y.Values.Slice(row * width, width);
                for (int i = 0; i < width; i++)
                {
                    target[i] = values[i] - sum;
                }
            }
        });
        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Tensor dx = x.OpenSparseGradient();
                for (int i = 0; i < x.Count; i += width)
                {
                    ReadOnlySpan<float> logs = y.Values.Slice(i, width);
                    ReadOnlySpan<float> slope = dy.Values.Slice(i, width);
                    float sum = Elementwise.Sum(slope);
                    Span<float> target = dx.Values.Slice(i, width);
                    for (int j = 0; j < width; j++)
                    {
                        target[j] += slope[j] - (MathF.Exp(logs[j]) * sum);
                    }
                }
            });
        }

        return y;
    }

    private static void ForEachRow(Tensor x, Action<int, int> body)
    {
        int width = Math.Max(1, x.Size(-1));
        x.Context.Team.For(x.Count / width, Math.Max(1, ActivationOperations.LeastElements / width), body);
    }
}
