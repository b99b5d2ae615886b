namespace TaskVectors.Models.Tests;

/// <summary>The metric of the reference files: the largest difference over the largest expected magnitude.</summary>
internal static class Closeness
{
    public static void Require(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, double tolerance, string what, double leastScale = 0)
    {
        double error = Error(actual, expected, leastScale);
        Assert.True(error <= tolerance, $"{what}: relative difference {error:g3}, tolerance {tolerance:g3}");
    }

    public static double Error(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, double leastScale = 0)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = leastScale;
        double difference = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            scale = Math.Max(scale, Math.Abs(expected[i]));
            double distance = Math.Abs(actual[i] - expected[i]);
            difference = double.IsNaN(distance) ? double.PositiveInfinity : Math.Max(difference, distance);
        }

        return difference == 0 ? 0 : difference / scale;
    }
}
