using TaskVectors.LinearAlgebra;

namespace TaskVectors.Analysis;

/// <summary>
/// The principal angles between two subspaces with orthonormal bases A and B: arccos of the singular values of A^T B. Small angles come from the
/// sine instead, where the cosine has lost its digits. Source: Bjorck and Golub, "Numerical Methods for Computing Angles Between Linear Subspaces", 1973.
/// </summary>
public static class PrincipalAngles
{
    /// <summary>The angles in radians, ascending, from 0 to pi/2; as many as the smaller subspace has dimensions.</summary>
    /// <param name="left">d x p, orthonormal columns.</param>
    /// <param name="right">d x q, orthonormal columns.</param>
    /// <param name="provider">The linear algebra.</param>
    /// <exception cref="ArgumentException">The subspaces lie in spaces of different dimension.</exception>
    public static IReadOnlyList<double> Between(ReadOnlyMatrixSpan<double> left, ReadOnlyMatrixSpan<double> right, ILinearAlgebraProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        if (left.Columns < right.Columns)
        {
            return Between(right, left, provider);
        }

        Matrix<double> cosines = provider.Multiply(left.Transpose(), right);
        Matrix<double> rest = right.ToMatrix();
        provider.Multiply(-1, left, cosines.View, 1, rest.Target);
        double[] cosine = provider.ThinSvd(cosines.View).SingularValues.ToArray();
        double[] sine = provider.ThinSvd(rest.View).SingularValues.ToArray();
        Array.Reverse(sine);
        return [.. cosine.Select((value, index) => Angle(value, index < sine.Length ? sine[index] : 1))];
    }

    private static double Angle(double cosine, double sine) =>
        cosine * cosine > 0.5 ? Math.Asin(Math.Clamp(sine, 0, 1)) : Math.Acos(Math.Clamp(cosine, 0, 1));
}
