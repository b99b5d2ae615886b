namespace TaskVectors.Models.Data.Images;

/// <summary>
/// Which source pixels a target pixel is made of, along one axis. Where the picture shrinks the filter is widened by the scale
/// (antialiasing).
/// </summary>
internal sealed class ResizeWeights
{
    public const int Bits = 22;

    private ResizeWeights(int[] starts, double[][] shares)
    {
        Starts = starts;
        Shares = shares;
    }

    /// <summary>The first source pixel of each target pixel.</summary>
    public int[] Starts { get; }

    /// <summary>The weights of it and those after it; they sum to 1.</summary>
    public double[][] Shares { get; }

    public static ResizeWeights Create(int source, int target, ResizeFilter filter)
    {
        double scale = (double)source / target;
        double stretch = Math.Max(scale, 1);
        double support = Support(filter) * stretch;
        int[] starts = new int[target];
        double[][] shares = new double[target][];
        for (int index = 0; index < target; index++)
        {
            double centre = (index + 0.5) * scale;
            int start = Math.Max((int)(centre - support + 0.5), 0);
            int end = Math.Min((int)(centre + support + 0.5), source);
            starts[index] = start;
            shares[index] = Share(start, end, centre, stretch, filter);
        }

        return new ResizeWeights(starts, shares);
    }

    /// <summary>The weights as fixed-point numbers with <see cref="Bits"/> fractional bits.</summary>
    public int[][] Quantize() =>
        [.. Shares.Select(row => Array.ConvertAll(row, share => (int)((share * (1 << Bits)) + (share < 0 ? -0.5 : 0.5))))];

    private static double[] Share(int start, int end, double centre, double stretch, ResizeFilter filter)
    {
        double[] values = new double[end - start];
        double sum = 0;
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = Evaluate(filter, (start + index - centre + 0.5) * (1 / stretch));
            sum += values[index];
        }

        return sum == 0 ? values : Array.ConvertAll(values, value => value * (1 / sum));
    }

    private static double Support(ResizeFilter filter) => filter switch
    {
        ResizeFilter.Box => 0.5,
        ResizeFilter.Bilinear or ResizeFilter.Hamming => 1,
        ResizeFilter.Bicubic => 2,
        ResizeFilter.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter)),
    };

    private static double Evaluate(ResizeFilter filter, double x) => filter switch
    {
        ResizeFilter.Box => x is > -0.5 and <= 0.5 ? 1 : 0,
        ResizeFilter.Bilinear => Math.Max(1 - Math.Abs(x), 0),
        ResizeFilter.Hamming => Hamming(Math.Abs(x)),
        ResizeFilter.Bicubic => Cubic(Math.Abs(x)),
        _ => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0,
    };

    private static double Hamming(double x) => x switch
    {
        0 => 1,
        >= 1 => 0,
        _ => Math.Sin(x * Math.PI) / (x * Math.PI) * (0.54 + (0.46 * Math.Cos(x * Math.PI))),
    };

    private static double Cubic(double x)
    {
        const double a = -0.5;
        return x switch
        {
            < 1 => ((((a + 2) * x) - (a + 3)) * x * x) + 1,
            < 2 => ((((x - 5) * x) + 8) * x - 4) * a,
            _ => 0,
        };
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
