using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>Numbers made of many: over the last dimension, or over everything.</summary>
public static class ReductionOperations
{
    /// <summary>The sum of all elements.</summary>
    /// <param name="x">Any shape.</param>
    /// <returns>One number, of rank 0.</returns>
    public static Tensor Sum(this Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Reshape(1, x.Count).SumLast().Reshape();
    }

    /// <summary>The mean of all elements.</summary>
    /// <param name="x">Any shape, not empty.</param>
    /// <returns>One number, of rank 0.</returns>
    public static Tensor Mean(this Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Sum().Scale(1f / x.Count);
    }

    /// <summary>The sum over the last dimension.</summary>
    /// <param name="x">[..., n].</param>
    /// <returns>[...].</returns>
    public static Tensor SumLast(this Tensor x) => Reduce(x, Elementwise.Sum, (row, _, slope, target) =>
    {
        for (int i = 0; i < row.Length; i++)
        {
            target[i] += slope;
        }
    });

    /// <summary>The variance over the last dimension, divided by n - 1.</summary>
    /// <param name="x">[..., n], n at least 2.</param>
    /// <returns>[...].</returns>
    public static Tensor VarianceLast(this Tensor x) => Reduce(x, Variance, (row, _, slope, target) =>
    {
        float mean = Elementwise.Sum(row) / row.Length;
        for (int i = 0; i < row.Length; i++)
        {
            target[i] += slope * 2 / (row.Length - 1) * (row[i] - mean);
        }
    });

    /// <summary>The largest element over the last dimension; equal ones share the gradient.</summary>
    /// <param name="x">[..., n].</param>
    /// <returns>[...].</returns>
    public static Tensor MaxLast(this Tensor x) => Reduce(x, Elementwise.Max, (row, value, slope, target) =>
    {
        int ties = row.Count(value);
        for (int i = 0; i < row.Length; i++)
        {
            target[i] += row[i] == value ? slope / ties : 0;
        }
    });

    /// <summary>The logarithm of the sum of exponentials over the last dimension, without overflow.</summary>
    /// <param name="x">[..., n].</param>
    /// <returns>[...].</returns>
    public static Tensor LogSumExpLast(this Tensor x) => Reduce(x, SoftmaxKernels.LogSumExp, (row, value, slope, target) =>
    {
        for (int i = 0; i < row.Length; i++)
        {
            target[i] += slope * MathF.Exp(row[i] - value);
        }
    });

    /// <summary>x / max(|x|, epsilon), with the Euclidean norm over the last dimension.</summary>
    /// <param name="x">[..., n].</param>
    /// <param name="epsilon">The least length that is divided by.</param>
    public static Tensor NormalizeLast(this Tensor x, float epsilon = 1e-12f)
    {
        ArgumentNullException.ThrowIfNull(x);
        int width = x.Size(-1);
        ComputeContext context = x.Context;
        Tensor y = context.Allocate(x.Shape);
        for (int i = 0; i < x.Count; i += width)
        {
            ReadOnlySpan<float> row = x.Values.Slice(i, width);
            Elementwise.Scale(1 / MathF.Max(MathF.Sqrt(Elementwise.Dot(row, row)), epsilon), row, y.Values.Slice(i, width));
        }

        if (context.Needs(x))
        {
            context.Record(y, dy =>
            {
                Span<float> gradient = x.OpenSparseGradient().Values;
                for (int i = 0; i < x.Count; i += width)
                {
                    ReadOnlySpan<float> row = x.Values.Slice(i, width);
                    ReadOnlySpan<float> slope = dy.Values.Slice(i, width);
                    float length = MathF.Sqrt(Elementwise.Dot(row, row));
                    float inverse = 1 / MathF.Max(length, epsilon);
                    Elementwise.MultiplyAdd(inverse, slope, gradient.Slice(i, width));
                    if (length > epsilon)
                    {
                        Elementwise.MultiplyAdd(-Elementwise.Dot(row, slope) * inverse * inverse * inverse, row, gradient.Slice(i, width));
                    }
                }
            });
        }

        return y;
    }

    /// <summary>The mean over the second dimension of the vectors whose mask is not 0; zeros where there is none.</summary>
    /// <param name="x">[batch, n, d].</param>
    /// <param name="mask">[batch, n] of 0 and 1; null counts all.</param>
    /// <returns>[batch, d].</returns>
    public static Tensor MaskedMean(this Tensor x, IndexTensor? mask)
    {
        ArgumentNullException.ThrowIfNull(x);
        (int batch, int count, int width) = (x.Size(0), x.Size(1), x.Size(2));
        Shapes.Require(mask is null || mask.Count == batch * count, $"A mask of shape {mask?.Shape} does not fit {x.Shape}.");
        ComputeContext context = x.Context;
        Tensor y = context.Zeros(batch, width);
        float[] weights = new float[batch * count];
        for (int i = 0; i < batch; i++)
        {
            int kept = mask is null ? count : count - mask.Values.Slice(i * count, count).Count(0);
            for (int j = 0; j < count; j++)
            {
                weights[(i * count) + j] = mask is null || mask.Values[(i * count) + j] != 0 ? 1f / Math.Max(1, kept) : 0;
                Elementwise.MultiplyAdd(weights[(i * count) + j], x.Values.Slice(((i * count) + j) * width, width), y.Values.Slice(i * width, width));
            }
        }

        if (context.Needs(x))
        {
            context.Record(y, dy =>
            {
                Span<float> gradient = x.OpenSparseGradient().Values;
                for (int i = 0; i < weights.Length; i++)
                {
                    Elementwise.MultiplyAdd(weights[i], dy.Values.Slice(i / count * width, width), gradient.Slice(i * width, width));
                }
            });
        }

        return y;
    }

    /// <summary>Sums of the elements up to each one, along the last dimension.</summary>
    /// <param name="x">[..., n].</param>
    public static Tensor CumulativeSumLast(this Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        int width = x.Size(-1);
        Tensor y = x.Context.Allocate(x.Shape);
        float sum = 0;
        for (int i = 0; i < x.Count; i++)
        {
            sum = i % width == 0 ? x.Values[i] : sum + x.Values[i];
            y.Values[i] = sum;
        }

        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Span<float> gradient = x.OpenSparseGradient().Values;
                float rest = 0;
                for (int i = gradient.Length - 1; i >= 0; i--)
                {
                    rest = i % width == width - 1 ? dy.Values[i] : rest + dy.Values[i];
                    gradient[i] += rest;
                }
            });
        }

        return y;
    }

    private delegate float RowValue(ReadOnlySpan<float> row);

    private delegate void RowSlope(ReadOnlySpan<float> row, float value, float slope, Span<float> target);

    private static float Variance(ReadOnlySpan<float> row)
    {
        float mean = Elementwise.Sum(row) / row.Length;
        double sum = 0;
        foreach (float value in row)
        {
            sum += (value - mean) * (double)(value - mean);
        }

        return (float)(sum / (row.Length - 1));
    }

    private static Tensor Reduce(Tensor x, RowValue value, RowSlope slope)
    {
        ArgumentNullException.ThrowIfNull(x);
        int width = x.Size(-1);
        int rows = width == 0 ? 0 : x.Count / width;
        Tensor y = x.Context.Allocate(new TensorShape(x.Shape.Dimensions[..^1]));
        for (int row = 0; row < rows; row++)
        {
            y.Values[row] = value(x.Values.Slice(row * width, width));
        }

        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Span<float> gradient = x.OpenSparseGradient().Values;
                for (int row = 0; row < rows; row++)
                {
                    slope(x.Values.Slice(row * width, width), y.Values[row], dy.Values[row], gradient.Slice(row * width, width));
                }
            });
        }

        return y;
    }
}
