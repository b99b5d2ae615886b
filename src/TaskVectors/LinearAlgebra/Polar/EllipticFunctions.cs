namespace TaskVectors.LinearAlgebra.Polar;

/// <summary>Jacobi's elliptic functions by the arithmetic-geometric mean (Abramowitz and Stegun, 16.4 and 17.6).</summary>
internal static class EllipticFunctions
{
    private const int MostSteps = 40;

    /// <summary>K(m).</summary>
    /// <param name="parameter">m = k^2, 0 to below 1.</param>
    public static double QuarterPeriod(double parameter)
    {
        (double a, double b) = (1, Math.Sqrt(1 - parameter));
        for (int step = 0; step < MostSteps && a - b > 1e-16 * a; step++)
        {
            (a, b) = ((a + b) / 2, Math.Sqrt(a * b));
        }

        return Math.PI / (2 * a);
    }

    /// <summary>sn(u | m), cn(u | m) and dn(u | m).</summary>
    /// <param name="argument">u, 0 to K(m).</param>
    /// <param name="parameter">m = k^2, 0 to below 1.</param>
    public static (double Sn, double Cn, double Dn) Evaluate(double argument, double parameter)
    {
        double[] ratios = new double[MostSteps];
        (double a, double b) = (1, Math.Sqrt(1 - parameter));
        int steps = 0;
        while (steps < MostSteps - 1 && a - b > 1e-16 * a)
        {
            double c = (a - b) / 2;
            (a, b) = ((a + b) / 2, Math.Sqrt(a * b));
            ratios[++steps] = c / a;
        }

        double phase = Math.ScaleB(a * argument, steps);
        for (; steps > 0; steps--)
        {
            phase = (phase + Math.Asin(Math.Clamp(ratios[steps] * Math.Sin(phase), -1, 1))) / 2;
        }

        double sn = Math.Sin(phase);
        return (sn, Math.Cos(phase), Math.Sqrt(1 - (parameter * sn * sn)));
    }
}
