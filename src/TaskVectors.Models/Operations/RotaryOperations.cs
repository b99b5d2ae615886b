using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Operations;

/// <summary>Rotary position embedding.</summary>
public static class RotaryOperations
{
    /// <summary>
    /// Turns the pairs (i, i + d / 2) of each head by the angle position times frequency i (Su et al., "RoFormer", 2021, in the layout of
    /// halves that Llama checkpoints have).
    /// </summary>
    /// <param name="x">[batch, n, heads * d].</param>
    /// <param name="positions">[batch, n].</param>
    /// <param name="frequencies">The d / 2 frequencies, in radians a position.</param>
    public static Tensor Rotate(this Tensor x, IndexTensor positions, double[] frequencies)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(frequencies);
        int half = frequencies.Length;
        Shapes.Require(x.Size(-1) % (2 * half) == 0, $"Vectors of {x.Size(-1)} are not made of heads of {2 * half}.");
        Shapes.Require(positions.Count * x.Size(-1) == x.Count, $"Positions of shape {positions.Shape} do not fit {x.Shape}.");
        float[] table = Table(positions, frequencies);
        Tensor y = x.Context.Allocate(x.Shape);
        Turn(x, y, table, half, direction: 1, accumulate: false);
        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Tensor dx = x.OpenGradient(out bool accumulate);
                Turn(dy, dx, table, half, direction: -1, accumulate);
            });
        }

        return y;
    }

    /// <summary>Cosines and sines, one row of each a position. Angles are taken in F64: a position times a frequency of 1 loses digits in F32.</summary>
    private static float[] Table(IndexTensor positions, double[] frequencies)
    {
        int half = frequencies.Length;
        float[] table = new float[positions.Count * 2 * half];
        for (int row = 0; row < positions.Count; row++)
        {
            for (int i = 0; i < half; i++)
            {
                (double sine, double cosine) = Math.SinCos(positions.Values[row] * frequencies[i]);
                table[(row * 2 * half) + i] = (float)cosine;
                table[(((row * 2) + 1) * half) + i] = (float)sine;
            }
        }

        return table;
    }

    private static void Turn(Tensor x, Tensor y, float[] table, int half, float direction, bool accumulate)
    {
        int width = x.Size(-1);
        x.Context.Team.For(x.Count / width, Math.Max(1, ActivationOperations.LeastElements / width), (start, end) =>
        {
            for (int row = start; row < end; row++)
            {
                ReadOnlySpan<float> cosines = table.AsSpan(row * 2 * half, half);
                ReadOnlySpan<float> sines = table.AsSpan(((row * 2) + 1) * half, half);
                for (int head = row * width; head < (row + 1) * width; head += 2 * half)
                {
                    RotaryKernels.Turn(
                        x.Values.Slice(head, half), x.Values.Slice(head + half, half), cosines, sines, direction,
                        y.Values.Slice(head, half), y.Values.Slice(head + half, half), accumulate);
                }
            }
        });
    }
}
