using TaskVectors.Tensors;

namespace TaskVectors.Models.Training.Lora;

/// <summary>Normal numbers that depend on seed, name and place alone.</summary>
internal static class AdapterInitialisation
{
    private const string Stream = "lora_A";

    /// <summary>Fills A with numbers of mean 0 and variance 1 / in, two at a time from two uniform ones (Box and Muller, 1958).</summary>
    /// <param name="a">[rank, in] in row-major order.</param>
    /// <param name="inputs">in.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="name">The name of the weight.</param>
    public static void Fill(Span<float> a, int inputs, ulong seed, string name)
    {
        var key = PhiloxKey.Create(seed, Stream, name);
        double deviation = 1 / Math.Sqrt(inputs);
        for (int i = 0; i < a.Length; i += 2)
        {
            // 1 - u lies in (0, 1], whose logarithm is finite.
            double radius = deviation * Math.Sqrt(-2 * Math.Log(1 - Philox4x32.Uniform(key, i)));
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * Philox4x32.Uniform(key, i + 1));
            a[i] = (float)(radius * cosine);
            if (i + 1 < a.Length)
            {
                a[i + 1] = (float)(radius * sine);
            }
        }
    }
}
