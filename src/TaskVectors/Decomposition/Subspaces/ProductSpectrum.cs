using System.Numerics;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>
/// The eigenvectors of P_1 ... P_k are U_1 y with N y = lambda y and N the chain closed to a ring, C_12 ... C_(k-1)k C_k1. Kept by the real
/// part of lambda; both members of a complex pair count, and its plane is spanned by real and imaginary part.
/// </summary>
internal sealed class ProductSpectrum : SharedSpectrum
{
    private readonly Matrix<double> _first;
    private readonly GeneralEigen _eigen;
    private readonly int[] _order;
    private readonly ILinearAlgebraProvider _provider;

    private ProductSpectrum(Matrix<double> first, GeneralEigen eigen, ILinearAlgebraProvider provider)
    {
        _first = first;
        _eigen = eigen;
        _provider = provider;

        // A stable sort: the members of a pair have equal real parts and stay together.
        _order = [.. Enumerable.Range(0, eigen.Values.Count).OrderByDescending(index => eigen.Values[index].Real)];
        Values = [.. _order.Select(index => eigen.Values[index].Real)];
    }

    public override IReadOnlyList<double> Values { get; }

    public override IReadOnlyList<string> Fallbacks => _eigen.Fallback is { } fallback ? [fallback] : [];

    /// <summary>The eigenvalues in the order of <see cref="Values"/>.</summary>
    internal IReadOnlyList<Complex> ComplexValues => [.. _order.Select(index => _eigen.Values[index])];

    public static ProductSpectrum Compute(
        IReadOnlyList<Matrix<double>> bases, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
    {
        Matrix<double> chain = SharedSpectra.Chain(bases, provider, cancellationToken);
        Matrix<double> back = provider.Multiply(bases[^1].Transpose(), bases[0].View, cancellationToken);
        Matrix<double> ring = provider.Multiply(chain.View, back.View, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return new ProductSpectrum(bases[0], GeneralEigen.Compute(ring, provider), provider);
    }

    public override int Whole(int count)
    {
        bool tearsPair = count > 0 && _eigen.Values[_order[count - 1]].Imaginary > 0;
        return tearsPair ? count - 1 : count;
    }

    public override Matrix<double> Basis(int count)
    {
        Matrix<double> leading = Matrix.Zero<double>(_eigen.Vectors.Rows, count);
        for (int column = 0; column < count; column++)
        {
            double norm = 0;
            for (int row = 0; row < leading.Rows; row++)
            {
                double value = _eigen.Vectors[row, _order[column]];
                leading.Target[row, column] = value;
                norm += value * value;
            }

            Scale(leading, column, norm > 0 ? 1 / Math.Sqrt(norm) : 0);
        }

        return _provider.Multiply(_first.View, _provider.OrthonormalBasis(leading.View).View);
    }

    private static void Scale(Matrix<double> matrix, int column, double factor)
    {
        for (int row = 0; row < matrix.Rows; row++)
        {
            matrix.Target[row, column] *= factor;
        }
    }
}
