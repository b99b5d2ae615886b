namespace TaskVectors.Models.Operations;

/// <summary>The weights with which old pixels make new ones along one axis.</summary>
/// <param name="First">For each new pixel the first old one.</param>
/// <param name="Weights">For each new pixel the weights of consecutive old ones.</param>
internal sealed record ResamplingTable(int[] First, float[][] Weights)
{
    public int Count => First.Length;

    public static ResamplingTable Create(int old, int count, ResizeFilter filter, bool alignsCorners, bool antialias)
    {
        ResamplingTable table = new(new int[count], new float[count][]);
        double scale = alignsCorners ? (count > 1 ? (old - 1.0) / (count - 1) : 0) : (double)old / count;
        for (int i = 0; i < count; i++)
        {
            (table.First[i], table.Weights[i]) = filter switch
            {
                ResizeFilter.Nearest => ((int)Math.Min(Math.Floor(i * scale), old - 1), [1f]),
                ResizeFilter.NearestExact => ((int)Math.Min(Math.Floor((i + 0.5) * scale), old - 1), [1f]),
                _ when antialias => Widened(old, i, scale, filter),
                _ => Interpolated(old, alignsCorners ? i * scale : ((i + 0.5) * scale) - 0.5, filter),
            };
        }

        return table;
    }

    /// <summary>Calls the body with (source, target, weight) for lines of old pixels; <paramref name="inner"/> elements make one pixel of a line.</summary>
    public void ForEach(int firstLine, int endLine, int old, int inner, Action<int, int, float> body)
    {
        for (int line = firstLine; line < endLine; line++)
        {
            for (int i = 0; i < Count; i++)
            {
                for (int j = 0; j < Weights[i].Length; j++)
                {
                    int source = ((line * old) + First[i] + j) * inner;
                    int target = ((line * Count) + i) * inner;
                    for (int element = 0; element < inner; element++)
                    {
                        body(source + element, target + element, Weights[i][j]);
                    }
                }
            }
        }
    }

    /// <summary>The filter at its own width; pixels outside are those at the edge.</summary>
    private static (int First, float[] Weights) Interpolated(int old, double center, ResizeFilter filter)
    {
        if (filter == ResizeFilter.Bilinear)
        {
            center = Math.Max(center, 0);
        }

        int radius = filter == ResizeFilter.Bilinear ? 1 : 2;
        int start = (int)Math.Floor(center) - radius + 1;
        int first = Math.Clamp(start, 0, old - 1);
        int last = Math.Clamp(start + (2 * radius) - 1, 0, old - 1);
        float[] weights = new float[last - first + 1];
        for (int place = start; place < start + (2 * radius); place++)
        {
            double distance = Math.Abs(center - place);
            weights[Math.Clamp(place, 0, old - 1) - first] += (float)(radius == 1 ? Triangle(distance) : Cubic(distance, -0.75));
        }

        return (first, weights);
    }

    /// <summary>The filter as wide as the pixels it makes, with weights that sum to 1; pixels outside do not count.</summary>
    private static (int First, float[] Weights) Widened(int old, int i, double scale, ResizeFilter filter)
    {
        double width = Math.Max(scale, 1);
        double radius = (filter == ResizeFilter.Bilinear ? 1 : 2) * width;
        double center = (i + 0.5) * scale;
        int first = Math.Max(0, (int)(center - radius + 0.5));
        int end = Math.Min(old, (int)(center + radius + 0.5));
        double[] weights = new double[Math.Max(1, end - first)];
        for (int j = 0; j < weights.Length; j++)
        {
            double distance = Math.Abs(first + j + 0.5 - center) / width;
            weights[j] = filter == ResizeFilter.Bilinear ? Triangle(distance) : Cubic(distance, -0.5);
        }

        double sum = weights.Sum();
        return (first, Array.ConvertAll(weights, weight => (float)(weight / sum)));
    }

    private static double Triangle(double distance) => Math.Max(0, 1 - distance);

    /// <summary>Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981, equation 15 with a free a.</summary>
    private static double Cubic(double distance, double a) =>
        distance < 1 ? ((((a + 2) * distance) - (a + 3)) * distance * distance) + 1
        : distance < 2 ? (((((distance - 5) * distance) + 8) * distance) - 4) * a
        : 0;
}
