using System.Numerics;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>The spectrum of the mean of projections, its eigenvectors found in an element type and orthonormal in F64.</summary>
internal sealed class MeanSpectrum<T> : SharedSpectrum
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Few directions are shared as a rule, and vectors cost more than values.
    private const int LikelyShare = 8;

    private readonly Matrix<T> _stack;
    private readonly Matrix<T> _gram;
    private readonly SymmetricEigen<T> _eigen;
    private readonly ILinearAlgebraProvider _provider;

    private MeanSpectrum(Matrix<T> stack, Matrix<T> gram, SymmetricEigen<T> eigen, int tasks, ILinearAlgebraProvider provider)
    {
        _stack = stack;
        _gram = gram;
        _eigen = eigen;
        _provider = provider;
        Values = Array.ConvertAll(eigen.Values.ToArray(), value => double.CreateTruncating(value) / tasks);
    }

    public override IReadOnlyList<double> Values { get; }

    public static MeanSpectrum<T> Compute(
        IReadOnlyList<Matrix<double>> bases, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
    {
        Matrix<T> stack = SharedSpectra.Stack<double, T>(bases);
        Matrix<T> gram = MeanSpectrum.GramOf(stack, provider, cancellationToken);
        int likely = (gram.Rows + LikelyShare - 1) / LikelyShare;
        return new MeanSpectrum<T>(stack, gram, provider.LeadingEigen(gram.View, likely, cancellationToken), bases.Count, provider);
    }

    public override Matrix<double> Basis(int count)
    {
        SymmetricEigen<T> eigen = count <= _eigen.Vectors.Columns ? _eigen : _provider.LeadingEigen(_gram.View, count);
        ReadOnlyMatrixSpan<T> vectors = eigen.Vectors.FirstColumns(count);
        Matrix<double> basis = (MeanSpectrum.IsTall(_stack) ? Lift(vectors, eigen.Values.Span) : vectors).ToMatrix<double>();
        return typeof(T) == typeof(double) ? basis : Orthonormal(basis);
    }

    // S v / |S v|.
    private ReadOnlyMatrixSpan<T> Lift(ReadOnlyMatrixSpan<T> vectors, ReadOnlySpan<T> squares)
    {
        Matrix<T> basis = _provider.Multiply(_stack.View, vectors);
        for (int row = 0; row < basis.Rows; row++)
        {
            Span<T> values = basis.Target.Row(row);
            for (int column = 0; column < values.Length; column++)
            {
                values[column] /= T.Sqrt(squares[column]);
            }
        }

        return basis;
    }

    // Z (3 I - Z^T Z) / 2: one step of Newton and Schulz squares the distance from orthonormality, which is rounding in F32.
    private Matrix<double> Orthonormal(Matrix<double> basis)
    {
        Matrix<double> gram = _provider.Gram(basis.Transpose());
        Matrix<double> result = basis.View.ToMatrix();
        _provider.Multiply(-0.5, basis.View, gram.View, 1.5, result.Target);
        return result;
    }
}
