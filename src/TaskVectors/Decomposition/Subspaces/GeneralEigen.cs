using System.Numerics;
using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;
using TaskVectors.LinearAlgebra;
using ILinearAlgebraProvider = TaskVectors.LinearAlgebra.ILinearAlgebraProvider;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>
/// The eigenvalues and eigenvectors of a real square matrix that need not be symmetric, through MathNet.Numerics (Hessenberg form and the
/// QR algorithm). Conjugate pairs are neighbours, the member with positive imaginary part first; the two columns of a pair hold the real
/// and the imaginary part of its eigenvector.
/// </summary>
internal sealed record GeneralEigen(IReadOnlyList<Complex> Values, Matrix<double> Vectors)
{
    private const int MostTurns = 3;

    /// <summary>What did not converge at once, as a sentence; <see langword="null"/> as a rule.</summary>
    public string? Fallback { get; private init; }

    /// <summary>
    /// Computes them; where the iteration does not converge, those of Q^T N Q in up to three random orthonormal coordinate systems Q, which has the same
    /// eigenvalues and whose eigenvectors are turned back.
    /// </summary>
    /// <param name="matrix">N, square.</param>
    /// <param name="provider">For products and orthonormal coordinates.</param>
    /// <param name="solver">The iteration, <see cref="Solve"/> by default.</param>
    /// <exception cref="ConvergenceException">It converged in none of them.</exception>
    public static GeneralEigen Compute(Matrix<double> matrix, ILinearAlgebraProvider provider, Func<Matrix<double>, GeneralEigen>? solver = null)
    {
        solver ??= Solve;
        for (int turns = 0; ; turns++)
        {
            try
            {
                return turns == 0 ? solver(matrix) : Turned(matrix, (ulong)turns, provider, solver);
            }
            catch (ConvergenceException) when (turns < MostTurns)
            {
                // Other coordinates may do better.
            }
        }
    }

    private static GeneralEigen Turned(Matrix<double> matrix, ulong seed, ILinearAlgebraProvider provider, Func<Matrix<double>, GeneralEigen> solver)
    {
        Matrix<double> turn = TurnedCoordinates.Create(matrix.Rows, seed, provider);
        GeneralEigen eigen = solver(provider.Multiply(turn.Transpose(), provider.Multiply(matrix.View, turn.View).View));
        return new GeneralEigen(eigen.Values, provider.Multiply(turn.View, eigen.Vectors.View))
        {
            Fallback = FormattableString.Invariant(
                $"The eigendecomposition of a {matrix.Rows} x {matrix.Rows} matrix (product) did not converge; it was computed in random orthonormal coordinates."),
        };
    }

    /// <summary>One attempt.</summary>
    /// <exception cref="ConvergenceException">The iteration gave up.</exception>
    internal static GeneralEigen Solve(Matrix<double> matrix)
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
