using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

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
            square += SquaredNorm(gradient.Values);
        }

        double norm = Math.Sqrt(square);
        double factor = limit / (norm + Epsilon);
        if (factor < 1)
        {
            foreach (Tensor gradient in gradients)
            {
                Elementwise.Scale((float)factor, gradient.Values, gradient.Values);
            }
        }

        return norm;
    }

    /// <summary>In blocks, each summed in F32 and joined in F64.</summary>
    private static double SquaredNorm(ReadOnlySpan<float> values)
    {
        const int Block = 1 << 12;
        double sum = 0;
        for (int i = 0; i < values.Length; i += Block)
        {
            ReadOnlySpan<float> part = values[i..Math.Min(values.Length, i + Block)];
            sum += Elementwise.Dot(part, part);
        }

        return sum;
    }
}
