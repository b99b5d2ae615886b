using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>Layer norm and RMS norm, over the last dimension.</summary>
public static class NormalizationOperations
{
    private const int LeastRows = 16;

    /// <summary>y = (x - mean) / sqrt(variance + epsilon) w + b over the last dimension (Ba, Kiros and Hinton, "Layer Normalization", 2016).</summary>
    /// <param name="x">[..., d].</param>
    /// <param name="weight">[d].</param>
    /// <param name="bias">[d].</param>
    /// <param name="epsilon">Added to the (biased) variance.</param>
    public static Tensor LayerNorm(this Tensor x, Tensor weight, Tensor bias, float epsilon)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(bias);
        int width = x.Size(-1);
        Shapes.Require(weight.Count == width && bias.Count == width, $"A norm of {weight.Count} weights does not fit vectors of {width}.");
        ComputeContext context = x.Context;
        int rows = x.Count / width;
        Tensor y = context.Allocate(x.Shape);
        bool records = context.Needs(x, weight, bias);
        Tensor? statistics = records ? context.AllocateUntracked(new TensorShape(rows, 2)) : null;
        context.Team.For(rows, LeastRows, (start, end) =>
        {
            for (int row = start; row < end; row++)
            {
                ReadOnlySpan<float> input = x.Values.Slice(row * width, width);
                (float mean, float scale) = NormKernels.Standardize(input, epsilon);
                NormKernels.Affine(input, mean, scale, weight.Values, bias.Values, y.Values.Slice(row * width, width));
                if (statistics is not null)
                {
                    statistics.Values[2 * row] = mean;
                    statistics.Values[(2 * row) + 1] = scale;
                }
            }
        });
        if (statistics is not null)
        {
            context.Record(y, dy => Backward(x, weight, bias, statistics, dy), statistics);
        }

        return y;
    }

    /// <summary>y = x / sqrt(mean of x^2 + epsilon) w over the last dimension (Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019).</summary>
    /// <param name="x">[..., d].</param>
    /// <param name="weight">[d].</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public static Tensor RmsNorm(this Tensor x, Tensor weight, float epsilon)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        int width = x.Size(-1);
        Shapes.Require(weight.Count == width, $"A norm of {weight.Count} weights does not fit vectors of {width}.");
        ComputeContext context = x.Context;
        int rows = x.Count / width;
        Tensor y = context.Allocate(x.Shape);
        bool records = context.Needs(x, weight);
        Tensor? statistics = records ? context.AllocateUntracked(new TensorShape(rows, 2)) : null;
        context.Team.For(rows, LeastRows, (start, end) =>
        {
            for (int row = start; row < end; row++)
            {
                ReadOnlySpan<float> input = x.Values.Slice(row * width, width);
                float scale = 1 / MathF.Sqrt((Elementwise.Dot(input, input) / width) + epsilon);
                NormKernels.Affine(input, 0, scale, weight.Values, default, y.Values.Slice(row * width, width));
                if (statistics is not null)
                {
                    statistics.Values[2 * row] = 0;
                    statistics.Values[(2 * row) + 1] = scale;
                }
            }
        });
        if (statistics is not null)
        {
            context.Record(y, dy => Backward(x, weight, null, statistics, dy), statistics);
        }

        return y;
    }

    private static void Backward(Tensor x, Tensor weight, Tensor? bias, Tensor statistics, Tensor dy)
    {
        ComputeContext context = x.Context;
        int width = x.Size(-1);
        int rows = x.Count / width;
        bool accumulate = false;
        Tensor? dx = x.RequiresGradient ? x.OpenGradient(out accumulate) : null;
        bool needsWeights = weight.RequiresGradient || bias is { RequiresGradient: true };

        // One set of sums a thread, joined in the order of the threads.
        using Tensor sums = context.AllocateUntracked(new TensorShape(context.Threads, 2, width));
        sums.Values.Clear();
        context.Team.Run(part =>
        {
            Span<float> weightSums = sums.Values.Slice(part * 2 * width, width);
            Span<float> biasSums = sums.Values.Slice(((part * 2) + 1) * width, width);
            int end = (int)((long)rows * (part + 1) / context.Threads);
            for (int row = (int)((long)rows * part / context.Threads); row < end; row++)
            {
                Range range = (row * width)..((row + 1) * width);
                (float mean, float scale) = (statistics.Values[2 * row], statistics.Values[(2 * row) + 1]);
                ReadOnlySpan<float> input = x.Values[range];
                ReadOnlySpan<float> gradient = dy.Values[range];
                if (needsWeights)
                {
                    NormKernels.AddWeightGradients(input, gradient, mean, scale, weightSums, biasSums);
                }

                if (dx is not null)
                {
                    NormKernels.Backward(input, gradient, weight.Values, mean, scale, centered: bias is not null, dx.Values[range], accumulate);
                }
            }
        });
        AddSums(context, sums, 0, weight);
        if (bias is not null)
        {
            AddSums(context, sums, 1, bias);
        }
    }

    private static void AddSums(ComputeContext context, Tensor sums, int which, Tensor parameter)
    {
        if (!parameter.RequiresGradient)
        {
            return;
        }

        Span<float> gradient = parameter.OpenSparseGradient().Values;
        for (int part = 0; part < context.Threads; part++)
        {
            Elementwise.Add(sums.Values.Slice(((part * 2) + which) * gradient.Length, gradient.Length), gradient);
        }
    }
}
