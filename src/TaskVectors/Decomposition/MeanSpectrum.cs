using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition;

/// <summary>
/// (1/k) sum P_i = (1/k) S S^T with S = [U_1 ... U_k]. Its eigenvalues are those of the Gram matrix S^T S, or of S S^T where that is
/// smaller, over k. Directions of interest have eigenvalues far from zero, so that the Gram matrix loses no digit that counts.
/// </summary>
internal sealed class MeanSpectrum : SharedSpectrum
{
    private readonly Matrix<double> _stack;
    private readonly SymmetricEigen<double> _eigen;
    private readonly ILinearAlgebraProvider _provider;

    private MeanSpectrum(Matrix<double> stack, SymmetricEigen<double> eigen, int tasks, ILinearAlgebraProvider provider)
    {
        _stack = stack;
        _eigen = eigen;
        _provider = provider;
        Values = Array.ConvertAll(eigen.Values.ToArray(), value => value / tasks);
    }

    public override IReadOnlyList<double> Values { get; }

    public static MeanSpectrum Compute(
        IReadOnlyList<Matrix<double>> bases, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
    {
        Matrix<double> stack = SharedSpectra.Stack(bases);
        Matrix<double> gram = IsTall(stack)
            ? provider.Multiply(stack.Transpose(), stack.View, cancellationToken)
            : provider.Multiply(stack.View, stack.Transpose(), cancellationToken);
        return new MeanSpectrum(stack, provider.SymmetricEigen(gram.View, cancellationToken), bases.Count, provider);
    }

    public override Matrix<double> Basis(int count)
    {
        ReadOnlyMatrixSpan<double> vectors = _eigen.Vectors.FirstColumns(count);
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
                values[column] /= Math.Sqrt(_eigen.Values.Span[column]);
            }
        }

        return basis;
    }

    private static bool IsTall(Matrix<double> stack) => stack.Rows > stack.Columns;
}
