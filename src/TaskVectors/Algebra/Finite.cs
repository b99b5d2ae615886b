using System.Runtime.CompilerServices;

namespace TaskVectors.Algebra;

/// <summary>Guards coefficients against NaN and infinity.</summary>
internal static class Finite
{
    public static double Require(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, "A coefficient must be a finite number.");
}
