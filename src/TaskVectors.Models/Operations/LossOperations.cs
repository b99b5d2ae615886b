using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Operations;

/// <summary>Losses.</summary>
public static class LossOperations
{
    /// <summary>
    /// The mean, over the targets that are not ignored, of -ln softmax(logits)[target]. With smoothing s the target distribution is
    /// 1 - s on the target plus s / classes on every class.
    /// </summary>
    /// <param name="logits">[..., classes].</param>
    /// <param name="targets">One class a row of logits, or <paramref name="ignored"/>.</param>
    /// <param name="ignored">The target that does not count.</param>
    /// <param name="smoothing">s, from 0 to 1.</param>
    /// <param name="reduction">Mean divides by the number (or the sum of weights) of the targets that count; 0 / 0 where none does.</param>
    /// <param name="classWeights">[classes]: a factor for the rows of each class; not together with smoothing.</param>
    /// <returns>One number, or one a row without reduction.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A target is neither a class nor the ignored one.</exception>
    public static Tensor CrossEntropy(
        this Tensor logits, IndexTensor targets, int ignored = -100, float smoothing = 0, Reduction reduction = Reduction.Mean, Tensor? classWeights = null)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(targets);
        int classes = logits.Size(-1);
        int rows = logits.Count / classes;
        Shapes.Require(targets.Count == rows, $"{targets.Count} targets do not fit logits of shape {logits.Shape}.");
        float[] factors = Factors(targets, classes, ignored, reduction, classWeights);
        ComputeContext context = logits.Context;
        float[] sums = new float[rows];
        float[] losses = new float[rows];
        context.Team.For(rows, Math.Max(1, ActivationOperations.LeastElements / classes), (start, end) =>
        {
            for (int row = start; row < end; row++)
            {
                if (factors[row] != 0)
                {
                    ReadOnlySpan<float> values = logits.Values.Slice(row * classes, classes);
                    sums[row] = SoftmaxKernels.LogSumExp(values);
                    float mean = smoothing == 0 ? 0 : Elementwise.Sum(values) / classes;
                    losses[row] = factors[row] * (sums[row] - ((1 - smoothing) * values[targets.Values[row]]) - (smoothing * mean));
                }
            }
        });
        Tensor loss = reduction == Reduction.None ? context.Create(losses, targets.Shape.Dimensions) : context.Create([Total(losses, factors, reduction)]);
        if (context.Needs(logits))
        {
            context.Record(loss, dLoss => CrossEntropyBackward(logits, targets, factors, sums, smoothing, reduction, dLoss));
        }

        return loss;
    }

    /// <summary>The mean over rows of -sum of target ln softmax(logits), for targets that are distributions.</summary>
    /// <param name="logits">[rows, classes].</param>
    /// <param name="targets">[rows, classes]; has no gradient.</param>
    public static Tensor CrossEntropy(this Tensor logits, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(targets);
        return logits.LogSoftmaxLast().Multiply(targets).Sum().Scale(-(float)logits.Size(-1) / logits.Count);
    }

    /// <summary>The mean of -t ln s(x) - (1 - t) ln(1 - s(x)) with the logistic function s, without overflow.</summary>
    /// <param name="logits">Any shape.</param>
    /// <param name="targets">The same shape, from 0 to 1; has no gradient.</param>
    public static Tensor BinaryCrossEntropy(this Tensor logits, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(targets);
        Shapes.RequireSame(logits, targets);
        double sum = 0;
        for (int i = 0; i < logits.Count; i++)
        {
            float x = logits.Values[i];
            sum += MathF.Max(x, 0) - (x * targets.Values[i]) + Math.Log(1 + Math.Exp(-MathF.Abs(x)));
        }

        Tensor loss = logits.Context.Create([(float)(sum / logits.Count)]);
        if (logits.Context.Needs(logits))
        {
            logits.Context.Record(loss, dLoss =>
            {
                Span<float> gradient = logits.OpenSparseGradient().Values;
                float factor = dLoss.Values[0] / logits.Count;
                for (int i = 0; i < gradient.Length; i++)
                {
                    gradient[i] += factor * ((1 / (1 + MathF.Exp(-logits.Values[i]))) - targets.Values[i]);
                }
            });
        }

        return loss;
    }

    /// <summary>The mean of (x - y)^2.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="y">The same shape.</param>
    public static Tensor MeanSquaredError(this Tensor x, Tensor y)
    {
        Tensor difference = x.Subtract(y);
        return difference.Multiply(difference).Mean();
    }

    /// <summary>The sum of q (ln q - log p), divided by the number of rows: the Kullback-Leibler divergence of p from q. 0 ln 0 is 0.</summary>
    /// <param name="logProbabilities">ln p: [rows, classes].</param>
    /// <param name="targets">q, the same shape; has no gradient.</param>
    public static Tensor KullbackLeibler(this Tensor logProbabilities, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(logProbabilities);
        ArgumentNullException.ThrowIfNull(targets);
        Shapes.RequireSame(logProbabilities, targets);
        int rows = logProbabilities.Size(0);
        double sum = 0;
        for (int i = 0; i < targets.Count; i++)
        {
            double q = targets.Values[i];
            sum += q == 0 ? 0 : q * (Math.Log(q) - logProbabilities.Values[i]);
        }

        Tensor loss = logProbabilities.Context.Create([(float)(sum / rows)]);
        if (logProbabilities.Context.Needs(logProbabilities))
        {
            logProbabilities.Context.Record(loss, dLoss => Elementwise.MultiplyAdd(
                -dLoss.Values[0] / rows, targets.Values, logProbabilities.OpenSparseGradient().Values));
        }

        return loss;
    }

    /// <summary>The weight of each row in the loss before the final division: 0 where it is ignored.</summary>
    private static float[] Factors(IndexTensor targets, int classes, int ignored, Reduction reduction, Tensor? classWeights)
    {
        float[] factors = new float[targets.Count];
        for (int row = 0; row < factors.Length; row++)
        {
            int target = targets.Values[row];
            if (target == ignored)
            {
                continue;
            }

            if ((uint)target >= (uint)classes)
            {
                throw new ArgumentOutOfRangeException(nameof(targets), target, $"Labels lie between 0 and {classes - 1}; {ignored} leaves a row out.");
            }

            factors[row] = classWeights is null ? 1 : classWeights.Values[target];
        }

        return factors;
    }

    private static float Total(float[] losses, float[] factors, Reduction reduction)
    {
        double sum = 0;
        double weight = 0;
        for (int row = 0; row < losses.Length; row++)
        {
            sum += losses[row];
            weight += factors[row];
        }

        return (float)(reduction == Reduction.Mean ? sum / weight : sum);
    }

    private static void CrossEntropyBackward(
        Tensor logits, IndexTensor targets, float[] factors, float[] sums, float smoothing, Reduction reduction, Tensor dLoss)
    {
        int classes = logits.Size(-1);
        float divisor = reduction == Reduction.Mean ? (float)factors.Sum(factor => (double)factor) : 1;
        Tensor dx = logits.OpenGradient(out bool accumulate);
        logits.Context.Team.For(factors.Length, Math.Max(1, ActivationOperations.LeastElements / classes), (start, end) =>
        {
            for (int row = start; row < end; row++)
            {
                float slope = (reduction == Reduction.None ? dLoss.Values[row] : dLoss.Values[0]) * factors[row] / divisor;
                Span<float> target = dx.Values.Slice(row * classes, classes);
                if (factors[row] == 0)
                {
                    if (!accumulate)
                    {
                        target.Clear();
                    }

                    continue;
                }

                SoftmaxSlope(logits.Values.Slice(row * classes, classes), sums[row], slope, smoothing / classes, target, accumulate);
                target[targets.Values[row]] -= slope * (1 - smoothing);
            }
        });
    }

    /// <summary>target = or += slope (softmax - shift).</summary>
    private static void SoftmaxSlope(ReadOnlySpan<float> x, float logSum, float slope, float shift, Span<float> target, bool accumulate)
    {
        Span<float> scratch = stackalloc float[256];
        for (int i = 0; i < x.Length; i += scratch.Length)
        {
            Range range = i..Math.Min(x.Length, i + scratch.Length);
            Span<float> part = accumulate ? scratch[..(range.End.Value - i)] : target[range];
            _ = Elementwise.ExpShifted(x[range], 1, logSum, part);
            for (int j = 0; j < part.Length; j++)
            {
                part[j] = slope * (part[j] - shift);
            }

            if (accumulate)
            {
                Elementwise.Add(part, target[range]);
            }
        }
    }
}
