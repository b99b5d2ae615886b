namespace TaskVectors.LinearAlgebra.Polar;

/// <summary>
/// The inverse square root on an interval as a sum of poles, x^(-1/2) = sum_j w_j / (x + c_j): the best rational approximation in relative error (Zolotarev
/// 1877), whose poles are Jacobi's elliptic functions at equal steps (Hale, Higham and Trefethen, SIAM J. Numer. Anal. 46, 2008, method 3).
/// </summary>
internal sealed class InverseRoot
{
    private const int Samples = 256;

    private readonly double[] _weights;
    private readonly double[] _shifts;

    private InverseRoot(double least, double largest, int count)
    {
        double modulus = 1 - (least / largest);
        double period = EllipticFunctions.QuarterPeriod(modulus);
        _weights = new double[count];
        _shifts = new double[count];
        for (int index = 0; index < count; index++)
        {
            (double sn, double cn, double dn) = EllipticFunctions.Evaluate((index + 0.5) * period / count, modulus);
            _shifts[index] = least * sn * sn / (cn * cn);
            _weights[index] = 2 * period * Math.Sqrt(least) * dn / (Math.PI * count * cn * cn);
        }

        Error = Center(least, largest);
    }

    /// <summary>The number of poles.</summary>
    public int Count => _shifts.Length;

    /// <summary>The largest relative error on the interval.</summary>
    public double Error { get; }

    /// <summary>c_j, ascending and positive.</summary>
    public ReadOnlySpan<double> Shifts => _shifts;

    /// <summary>w_j, positive.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>The approximation with the fewest poles whose error is within the tolerance; null where that takes more than the most.</summary>
    public static InverseRoot? Find(double least, double largest, double tolerance, int most)
    {
        for (int count = 1; count <= most; count++)
        {
            var root = new InverseRoot(least, largest, count);
            if (root.Error <= tolerance)
            {
                return root;
            }
        }

        return null;
    }

    /// <summary>The approximation at a number.</summary>
    public double At(double value)
    {
        double sum = 0;
        for (int index = 0; index < _shifts.Length; index++)
        {
            sum += _weights[index] / (value + _shifts[index]);
        }

        return sum;
    }

    // The error equioscillates about a level that is not quite 1.
    private double Center(double least, double largest)
    {
        (double low, double high) = (double.PositiveInfinity, 0);
        for (int sample = 0; sample <= Samples; sample++)
        {
            double value = least * Math.Pow(largest / least, (double)sample / Samples);
            double ratio = At(value) * Math.Sqrt(value);
            (low, high) = (Math.Min(low, ratio), Math.Max(high, ratio));
        }

        foreach (ref double weight in _weights.AsSpan())
        {
            weight *= 2 / (low + high);
        }

        return (high - low) / (high + low);
    }
}
