using TaskVectors.Tensors;

namespace TaskVectors.Decomposition;

/// <summary>A stream of independent standard normal numbers (Box and Muller 1958) from a counter-based generator.</summary>
internal sealed class NormalNumbers(PhiloxKey key)
{
    private long _element;
    private double? _spare;

    public double Next()
    {
        if (_spare is { } spare)
        {
            _spare = null;
            return spare;
        }

        double radius = Math.Sqrt(-2 * Math.Log(1 - Philox4x32.Uniform(key, _element++)));
        (double sine, double cosine) = Math.SinCos(2 * Math.PI * Philox4x32.Uniform(key, _element++));
        _spare = radius * sine;
        return radius * cosine;
    }

    /// <summary>The norm of a vector of that many normal numbers.</summary>
    public double NextNorm(int count)
    {
        double sum = 0;
        for (int index = 0; index < count; index++)
        {
            double value = Next();
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }
}
