using System.Runtime.Intrinsics;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Tests.Merging;

/// <summary>exp, tanh and log against those of the runtime, which are off by less than a unit in the last place; and four at once against one.</summary>
public class ElementaryFunctionTests
{
    // Each is off by 4 units in the last place at most, and so is the difference from the reference's own error.
    private const double Tolerance = 5 * 2.220446049250313e-16;

    private static IEnumerable<double> Magnitudes =>
        [.. TestModel.Numbers(1, 2000, 0.4), .. TestModel.Numbers(2, 2000, 30), .. TestModel.Numbers(3, 500, 400), .. TestModel.Numbers(4, 500, 1e-6), 0, 1e-300, 5e-324, 0.34657359, 0.34657360, 1, 20, 22];

    [Fact]
    public void Powers_of_e_are_those_of_the_runtime() => Require(Magnitudes.SelectMany(Both), Math.Exp, ElementaryFunctions.Exp, ElementaryFunctions.Exp);

    [Fact]
    public void Hyperbolic_tangents_are_those_of_the_runtime() => Require(Magnitudes.SelectMany(Both), Math.Tanh, ElementaryFunctions.Tanh, ElementaryFunctions.Tanh);

    [Fact]
    public void Logarithms_are_those_of_the_runtime() =>
        Require([.. Magnitudes.Select(Math.Abs).Where(double.IsNormal), .. Enumerable.Range(-20, 41).Select(step => 1 + (step * 2.220446049250313e-16))], Math.Log, ElementaryFunctions.Log, ElementaryFunctions.Log);

    [Fact]
    public void The_logarithm_of_one_is_zero() => Assert.Equal(0, ElementaryFunctions.Log(1));

    [Fact]
    public void The_ends_of_the_range_are_kept_to_and_what_is_no_number_stays_so()
    {
        Assert.InRange(ElementaryFunctions.Exp(double.NegativeInfinity), 0, 1e-300);
        Assert.InRange(ElementaryFunctions.Exp(double.PositiveInfinity), 1e300, double.MaxValue);
        Assert.Equal(1, ElementaryFunctions.Tanh(double.PositiveInfinity));
        Assert.Equal(-1, ElementaryFunctions.Tanh(double.NegativeInfinity));
        Assert.All([ElementaryFunctions.Exp(double.NaN), ElementaryFunctions.Tanh(double.NaN), ElementaryFunctions.Log(double.NaN)], value => Assert.True(double.IsNaN(value)));
    }

    private static double[] Both(double magnitude) => [magnitude, -magnitude];

    private static void Require(IEnumerable<double> numbers, Func<double, double> reference, Func<double, double> scalar, Func<Vector256<double>, Vector256<double>> wide)
    {
        foreach (double number in numbers)
        {
            double expected = reference(number);
            double found = scalar(number);
            Assert.InRange(Math.Abs(found - expected), 0, Tolerance * Math.Abs(expected));
            Assert.Equal(BitConverter.DoubleToInt64Bits(found), BitConverter.DoubleToInt64Bits(wide(Vector256.Create(0.5, number, 1.5, number))[1]));
        }
    }
}
