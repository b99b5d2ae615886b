using System.Numerics;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition;

/// <summary>
/// (1/k) sum P_i = (1/k) S S^T with S = [U_1 ... U_k]. Its eigenvalues are those of the Gram matrix S^T S, or of S S^T where that is
/// smaller, over k. Directions of interest have eigenvalues far from zero, so that the Gram matrix loses no digit that counts.
/// </summary>
internal sealed class MeanSpectrum : SharedSpectrum
{
    // Few directions are shared as a rule, and vectors cost more than values.
    private const int LikelyShare = 8;

    private readonly Matrix<double> _stack;
    private readonly Matrix<double> _gram;
    private readonly SymmetricEigen<double> _eigen;
    private readonly ILinearAlgebraProvider _provider;

    private MeanSpectrum(Matrix<double> stack, Matrix<double> gram, SymmetricEigen<double> eigen, int tasks, ILinearAlgebraProvider provider)
    {
        _stack = stack;
        _gram = gram;
        _eigen = eigen;
        _provider = provider;
        Values = Array.ConvertAll(eigen.Values.ToArray(), value => value / tasks);
    }

    public override IReadOnlyList<double> Values { get; }

    public static MeanSpectrum Compute(
        IReadOnlyList<Matrix<double>> bases, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
    {
        Matrix<double> stack = SharedSpectra.Stack(bases);
        Matrix<double> gram = GramOf(stack, provider, cancellationToken);
        int likely = (gram.Rows + LikelyShare - 1) / LikelyShare;
        return new MeanSpectrum(stack, gram, provider.LeadingEigen(gram.View, likely, cancellationToken), bases.Count, provider);
    }

    /// <summary>The eigenvalues alone.</summary>
    public static IReadOnlyList<double> ValuesOf<T>(
        IReadOnlyList<Matrix<T>> bases, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> gram = GramOf(SharedSpectra.Stack(bases), provider, cancellationToken);
        SymmetricEigen<T> eigen = provider.LeadingEigen(gram.View, 0, cancellationToken);
        return Array.ConvertAll(eigen.Values.ToArray(), value => double.CreateTruncating(value) / bases.Count);
    }

    public override Matrix<double> Basis(int count)
    {
        SymmetricEigen<double> eigen = count <= _eigen.Vectors.Columns ? _eigen : _provider.LeadingEigen(_gram.View, count);
        ReadOnlyMatrixSpan<double> vectors = eigen.Vectors.FirstColumns(count);
        if (!IsTall(_stack))
        {
            return vectors.ToMatrix();
        }

        Matrix<double> basis = _provider.Multiply(_stack.View, vectors);
        for (int row = 0; row < basis.Rows; row++)
        {
            Span<double> values = basis.Target.Row(row);
            for (int column = 0; column < count; column++)
            {
                values[column] /= Math.Sqrt(eigen.Values.Span[column]);
            }
        }

        return basis;
    }

    private static Matrix<T> GramOf<T>(Matrix<T> stack, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        provider.Gram(IsTall(stack) ? stack.Transpose() : stack.View, cancellationToken);

    private static bool IsTall<T>(Matrix<T> stack)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => stack.Rows > stack.Columns;
}
