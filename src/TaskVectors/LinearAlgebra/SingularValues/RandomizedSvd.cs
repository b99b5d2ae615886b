using System.Numerics;

namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>One run of randomised subspace iteration.</summary>
internal sealed class RandomizedSvd<T>(ILinearAlgebraProvider provider, int sketch, int rank, double norm, TruncatedSvdOptions options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Passes so far.</summary>
    public int Passes { get; private set; }

    /// <summary>The triplets, or null when the error does not come within the tolerance.</summary>
    public TruncatedSvd<T>? TryRun(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken)
    {
        double allowed = options.Tolerance * norm;
        double previous = double.PositiveInfinity;
        Matrix<T> image = provider.Multiply(matrix, RandomSketch.Create<T>(matrix.Columns, sketch, options.Seed), cancellationToken);
        while (Passes < options.MaxPasses)
        {
            Passes++;
            Matrix<T> left = provider.ThinQr(image.View, cancellationToken).Q;
            Matrix<T> pulledBack = provider.Multiply(matrix.Transpose(), left, cancellationToken);
            ThinQr<T> right = provider.ThinQr(pulledBack.View, cancellationToken);

            // Q^T A = R^T W^T, so the small R^T has the singular values, and A W is both the check and the next image.
            ThinSvd<T> inner = provider.ThinSvd(right.R.Transpose(), cancellationToken);
            image = provider.Multiply(matrix, right.Q, cancellationToken);
            Matrix<T> u = provider.Multiply(left, inner.U.FirstColumns(rank), cancellationToken);
            double error = BackwardError(image, u, inner, cancellationToken);
            if (error <= allowed)
            {
                return Finish(u, right.Q, inner, error, cancellationToken);
            }

            if (!WillSuffice(error, previous, allowed))
            {
                return null;
            }

            previous = error;
        }

        return null;
    }

    /// <summary>||A V - U diag(s)||_F over the leading triplets, with V = W (inner V).</summary>
    private double BackwardError(Matrix<T> image, Matrix<T> u, ThinSvd<T> inner, CancellationToken cancellationToken)
    {
        Matrix<T> residual = provider.Multiply(image, inner.Vt.FirstRows(rank).Transpose(), cancellationToken);
        ReadOnlySpan<T> values = inner.SingularValues.Span;
        for (int row = 0; row < residual.Rows; row++)
        {
            Span<T> target = residual.Target.Row(row);
            ReadOnlySpan<T> direction = u.Target.Row(row);
            for (int column = 0; column < target.Length; column++)
            {
                target[column] -= values[column] * direction[column];
            }
        }

        return MatrixNorms.Frobenius(residual.View);
    }

    /// <summary>Whether the rate of the last pass, kept up, reaches the tolerance in the passes that are left.</summary>
    private bool WillSuffice(double error, double previous, double allowed) =>
        double.IsPositiveInfinity(previous) || error * Math.Pow(error / previous, options.MaxPasses - Passes) <= allowed;

    private TruncatedSvd<T> Finish(Matrix<T> u, Matrix<T> right, ThinSvd<T> inner, double error, CancellationToken cancellationToken)
    {
        Matrix<T> vt = provider.Multiply(inner.Vt.FirstRows(rank), right.Transpose(), cancellationToken);
        SignConvention.MakeLargestPositive(u.Target, vt.Target);
        ThinSvd<T> factors = new(u, inner.SingularValues[..rank], vt);
        return new TruncatedSvd<T>(
            factors, error, TruncatedSvdExtensions.TruncationError(norm, factors), TruncatedSvdMethod.Randomized, Passes);
    }
}
