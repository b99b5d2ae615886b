using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Operations;

/// <summary>Embeddings of the time of a diffusion.</summary>
public static class TimestepOperations
{
    /// <summary>
    /// Sines and cosines of t e^(-ln(10000) i / (d / 2 - shift)), i = 0 ... d / 2 - 1 (Vaswani et al., 2017, section 3.5; Ho et al., 2020).
    /// </summary>
    /// <param name="context">Where the tensor is made.</param>
    /// <param name="times">One time a row.</param>
    /// <param name="width">d, even.</param>
    /// <param name="cosinesFirst">Whether the cosines come first.</param>
    /// <param name="shift">0 or 1 in published models.</param>
    /// <returns>[times, d]; has no gradient.</returns>
    public static Tensor EmbedTimesteps(this ComputeContext context, ReadOnlySpan<float> times, int width, bool cosinesFirst, float shift)
    {
        ArgumentNullException.ThrowIfNull(context);
        Shapes.Require(width % 2 == 0, $"A time embedding has an even width, not {width}.");
        int half = width / 2;
        Tensor y = context.Allocate(times.Length, width);
        for (int row = 0; row < times.Length; row++)
        {
            for (int i = 0; i < half; i++)
            {
                (double sine, double cosine) = Math.SinCos(times[row] * Math.Exp(-Math.Log(10000) * i / (half - shift)));
                y.Values[(row * width) + i] = (float)(cosinesFirst ? cosine : sine);
                y.Values[(row * width) + half + i] = (float)(cosinesFirst ? sine : cosine);
            }
        }

        return y;
    }
}
