using System.Numerics;
using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition;

/// <summary>
/// The eigenvalues and eigenvectors of a real square matrix that need not be symmetric, through MathNet.Numerics (Hessenberg form and the
/// QR algorithm). Conjugate pairs are neighbours, the member with positive imaginary part first; the two columns of a pair hold the real
/// and the imaginary part of its eigenvector.
/// </summary>
internal sealed record GeneralEigen(IReadOnlyList<Complex> Values, Matrix<double> Vectors)
{
    public static GeneralEigen Compute(Matrix<double> matrix)
    {
        int order = matrix.Rows;
        Complex[] values = new Complex[order];
        double[] vectors = new double[order * order];
        if (order == 0)
        {
            return new GeneralEigen(values, Matrix.Zero<double>(0, 0));
        }

        // MathNet stores matrices column by column.
        double[] byColumns = matrix.Transpose().ToMatrix().Elements.ToArray();
        try
        {
            ManagedLinearAlgebraProvider.Instance.EigenDecomp(false, order, byColumns, vectors, values, new double[order * order]);
        }
        catch (NonConvergenceException failure)
        {
            throw new ConvergenceException(nameof(GeneralEigen), "managed", order, order, failure);
        }

        return new GeneralEigen(values, Matrix.Wrap<double>(vectors, order, order).Transpose().ToMatrix());
    }
}
