using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.Tests.LinearAlgebra;

/// <summary>The managed implementation, but its iterations converge only after some calls have given up.</summary>
internal sealed class RefusingProvider(int refusals = int.MaxValue) : ILinearAlgebraProvider
{
    private int _left = refusals;

    public string Name => "refusing";

    public string Kernel => TestProviders.Managed.Kernel;

    public string Configuration => TestProviders.Managed.Configuration;

    public int Threads => 1;

    public void Multiply<T>(T alpha, ReadOnlyMatrixSpan<T> a, ReadOnlyMatrixSpan<T> b, T beta, MatrixSpan<T> c, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => TestProviders.Managed.Multiply(alpha, a, b, beta, c, cancellationToken);

    public void MultiplyWide(double alpha, ReadOnlyMatrixSpan<float> a, ReadOnlyMatrixSpan<float> b, double beta, MatrixSpan<double> c, CancellationToken cancellationToken = default) =>
        TestProviders.Managed.MultiplyWide(alpha, a, b, beta, c, cancellationToken);

    public ThinQr<T> ThinQr<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => TestProviders.Managed.ThinQr(matrix, cancellationToken);

    public ThinSvd<T> ThinSvd<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Refuse("ThinSvd", matrix.Rows, matrix.Columns);
        return TestProviders.Managed.ThinSvd(matrix, cancellationToken);
    }

    public Matrix<T> Gram<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => TestProviders.Managed.Gram(matrix, cancellationToken);

    public SymmetricEigen<T> LeadingEigen<T>(ReadOnlyMatrixSpan<T> matrix, int count, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Refuse("LeadingEigen", matrix.Rows, matrix.Columns);
        return TestProviders.Managed.LeadingEigen(matrix, count, cancellationToken);
    }

    private void Refuse(string operation, int rows, int columns)
    {
        if (Interlocked.Decrement(ref _left) >= 0)
        {
            throw new ConvergenceException(operation, Name, rows, columns);
        }
    }
}
