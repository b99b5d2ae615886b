using TaskVectors.Tensors;

namespace TaskVectors.Decomposition.NullTests;

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

    /// <summary>
    /// The norm of a vector of that many normal numbers, at least one: the root of twice a gamma variate of half the count (Marsaglia and Tsang, "A
    /// Simple Method for Generating Gamma Variables", ACM TOMS 26(3), 2000).
    /// </summary>
    public double NextNorm(int count)
    {
        if (count == 1)
        {
            return Math.Abs(Next());
        }

        double d = (count / 2.0) - (1 / 3.0);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Next();
            double root = 1 + (c * x);
            double v = root * root * root;
            if (v > 0 && Math.Log(1 - Philox4x32.Uniform(key, _element++)) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return Math.Sqrt(2 * d * v);
            }
        }
    }
}
