using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Training;

/// <summary>Bounds of gradients (Pascanu, Mikolov and Bengio, 2013).</summary>
public static class GradientClipping
{
    private const double Epsilon = 1e-6;

    /// <summary>Multiplies all gradients by min(1, limit / (norm + 1e-6)), with the Euclidean norm over all parameters together.</summary>
    /// <param name="parameters">Parameters; those without a gradient count as 0.</param>
    /// <param name="limit">The largest norm.</param>
    /// <returns>The norm before; NaN or infinite where a gradient is.</returns>
    public static double ClipNorm(IEnumerable<Tensor> parameters, double limit)
    {
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.Gradient).OfType<Tensor>()];
        double square = 0;
        foreach (Tensor gradient in gradients)
        {
            square += SquaredNorm(gradient);
        }

        double norm = Math.Sqrt(square);
        double factor = limit / (norm + Epsilon);
        if (factor < 1)
        {
            foreach (Tensor gradient in gradients)
            {
                gradient.Context.Team.For(gradient.Count, ActivationOperations.LeastElements, (start, end) => Elementwise.Scale(
                    (float)factor, gradient.Values[start..end], gradient.Values[start..end]));
            }
        }

        return norm;
    }

    /// <summary>In blocks, each summed in F32 by one thread and joined in F64, in order.</summary>
    private static double SquaredNorm(Tensor gradient)
    {
        const int Block = 1 << 12;
        float[] sums = new float[(gradient.Count + Block - 1) / Block];
        gradient.Context.Team.For(sums.Length, ActivationOperations.LeastElements / Block, (start, end) =>
        {
            for (int block = start; block < end; block++)
            {
                ReadOnlySpan<float> part = gradient.Values[(block * Block)..Math.Min(gradient.Count, (block + 1) * Block)];
                sums[block] = Elementwise.Dot(part, part);
            }
        });
        double sum = 0;
        foreach (float part in sums)
        {
            sum += part;
        }

        return sum;
    }
}
