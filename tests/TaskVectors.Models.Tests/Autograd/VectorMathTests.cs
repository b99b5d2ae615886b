using System.Runtime.Intrinsics;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Tests.Autograd;

/// <summary>Vector functions against the F64 functions of the runtime, and the normal distribution against the series of the error function. Tolerance 4e-7: three units in the last place.</summary>
public sealed class VectorMathTests
{
    private const double Tolerance = 4e-7;

    [Fact]
    public void Exp_is_that_of_the_runtime() => Compare(VectorMath.Exp, Math.Exp, -87.33, 88.72, isRelative: true);

    [Fact]
    public void Tanh_is_that_of_the_runtime() => Compare(VectorMath.Tanh, Math.Tanh, -12, 12, isRelative: true);

    [Fact]
    public void The_share_of_a_normal_distribution_is_that_of_the_error_function() =>
        Compare(x => VectorMath.NormalShare(x, out _), x => (1 + ErrorFunction(x / Math.Sqrt(2))) / 2, -9, 9, isRelative: false);

    [Fact]
    public void The_bell_of_a_normal_distribution_is_exact_to_the_rounding_of_its_argument() => Compare(
        x =>
        {
            _ = VectorMath.NormalShare(x, out Vector256<float> bell);
            return bell;
        },
        x => Math.Exp(-x * x / 2),
        -9,
        9,
        isRelative: false);

    [Fact]
    public void Sigmoid_is_that_of_the_runtime() => Compare(VectorMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)), -80, 80, isRelative: true);

    [Theory]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, 1, 1, 1)]
    [InlineData(float.NegativeInfinity, 0, -1, 0, 0)]
    [InlineData(float.NaN, float.NaN, float.NaN, float.NaN, float.NaN)]
    [InlineData(1e30f, float.PositiveInfinity, 1, 1, 1)]
    [InlineData(-1e30f, 0, -1, 0, 0)]
    [InlineData(0f, 1, 0, 0.5f, 0.5f)]
    public void Limits_are_those_of_the_functions(float x, float exp, float tanh, float share, float sigmoid)
    {
        Vector256<float> input = Vector256.Create(x);
        Assert.Equal(exp, VectorMath.Exp(input)[3]);
        Assert.Equal(tanh, VectorMath.Tanh(input)[3]);
        Assert.Equal(share, VectorMath.NormalShare(input, out _)[3]);
        Assert.Equal(sigmoid, VectorMath.Sigmoid(input)[3]);
    }

    /// <summary>2 / sqrt(pi) sum of (-1)^n x^(2n+1) / (n! (2n+1)) up to 3, and 1 minus the continued fraction of erfc beyond.</summary>
    internal static double ErrorFunction(double x)
    {
        double magnitude = Math.Abs(x);
        if (magnitude > 3)
        {
            double fraction = 0;
            for (int k = 60; k > 0; k--)
            {
                fraction = k / 2.0 / (magnitude + fraction);
            }

            return Math.Sign(x) * (1 - (Math.Exp(-magnitude * magnitude) / (Math.Sqrt(Math.PI) * (magnitude + fraction))));
        }

        double term = x;
        double sum = x;
        for (int n = 1; n < 100; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private static void Compare(Func<Vector256<float>, Vector256<float>> actual, Func<double, double> expected, double from, double to, bool isRelative)
    {
        const int Steps = 40000;
        for (int i = 0; i < Steps; i += 8)
        {
            float[] inputs = [.. Enumerable.Range(i, 8).Select(step => (float)(from + ((to - from) * step / Steps)))];
            Vector256<float> outputs = actual(Vector256.Create(inputs));
            for (int lane = 0; lane < 8; lane++)
            {
                double wanted = expected(inputs[lane]);
                double scale = isRelative ? Math.Max(Math.Abs(wanted), 1e-37) : 1;
                Assert.True(Math.Abs(outputs[lane] - wanted) <= Tolerance * scale, $"f({inputs[lane]:r}) is {outputs[lane]:r}, not {wanted:r}");
            }
        }
    }
}
