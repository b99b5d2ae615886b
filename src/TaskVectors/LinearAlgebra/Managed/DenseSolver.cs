using System.Numerics;
using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>
/// Small dense singular value and eigenvalue problems through MathNet.Numerics, whose managed solver is called directly so that its
/// process-wide settings play no part. It stores matrices column by column, which is the transpose of what is stored here; a
/// symmetric matrix does not notice, and for A^T = V S U^T its left factor is our right one.
/// </summary>
internal static class DenseSolver
{
    /// <summary>The thin SVD of a matrix with at least as many rows as columns, by way of its R factor when it has more.</summary>
    public static ThinSvd<double> TallSvd(
        Matrix<double> matrix, IPackedProduct<double> product, int threads, CancellationToken cancellationToken)
    {
        if (matrix.Rows == matrix.Columns)
        {
            return SquareSvd(matrix, matrix.Rows, matrix.Columns, cancellationToken);
        }

        (int rows, int columns) = (matrix.Rows, matrix.Columns);
        ThinQr<double> qr = HouseholderQr.Factor(matrix, product, threads, cancellationToken);
        ThinSvd<double> inner = SquareSvd(qr.R, rows, columns, cancellationToken);
        Matrix<double> u = Matrix.Zero<double>(rows, columns);
        product.Multiply(1, qr.Q, inner.U.View, 0, u.Target, threads, cancellationToken);
        return inner with { U = u };
    }

    /// <summary>Eigenvalues, ascending, and one eigenvector a row. The argument is overwritten.</summary>
    public static (double[] Values, double[] VectorRows) SymmetricEigen(double[] matrix, int order)
    {
        double[] vectors = new double[matrix.Length];
        Complex[] values = new Complex[order];
        if (order > 0)
        {
            try
            {
                ManagedLinearAlgebraProvider.Instance.EigenDecomp(true, order, matrix, vectors, values, new double[matrix.Length]);
            }
            catch (NonConvergenceException failure)
            {
                throw new ConvergenceException(nameof(SymmetricEigen), "managed", order, order, failure);
            }
        }

        return (Array.ConvertAll(values, value => value.Real), vectors);
    }

    private static ThinSvd<double> SquareSvd(Matrix<double> matrix, int rows, int columns, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int order = matrix.Columns;
        double[] singularValues = new double[order];
        double[] u = new double[order * order];
        double[] vt = new double[order * order];
        if (order > 0)
        {
            try
            {
                ManagedLinearAlgebraProvider.Instance.SingularValueDecomposition(
                    true, matrix.Elements.ToArray(), order, order, singularValues, vt, u);
            }
            catch (NonConvergenceException failure)
            {
                throw new ConvergenceException(nameof(SingularValues.ThinSvd<double>), "managed", rows, columns, failure);
            }
        }

        return new ThinSvd<double>(Matrix.Wrap<double>(u, order, order), singularValues, Matrix.Wrap<double>(vt, order, order));
    }
}
