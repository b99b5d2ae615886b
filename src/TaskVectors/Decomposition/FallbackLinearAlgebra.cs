using System.Collections.Concurrent;
using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.Managed;

namespace TaskVectors.Decomposition;

/// <summary>
/// Computes with one implementation, and where its iteration does not converge with another, in F64; and remembers that it did. The managed
/// implementation is the other one unless it is told otherwise.
/// </summary>
internal sealed class FallbackLinearAlgebra(ILinearAlgebraProvider preferred, ILinearAlgebraProvider? other = null) : ILinearAlgebraProvider
{
    private readonly Lazy<ILinearAlgebraProvider> _other = new(() => other ?? new ManagedProvider(preferred.Threads));
    private readonly ConcurrentQueue<string> _fallbacks = new();

    public string Name => preferred.Name;

    public string Kernel => preferred.Kernel;

    public string Configuration => preferred.Configuration;

    public int Threads => preferred.Threads;

    /// <summary>What did not converge, and what computed it instead.</summary>
    public IReadOnlyList<string> Fallbacks => [.. _fallbacks.Distinct()];

    public void Multiply<T>(
        T alpha, ReadOnlyMatrixSpan<T> a, ReadOnlyMatrixSpan<T> b, T beta, MatrixSpan<T> c, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        preferred.Multiply(alpha, a, b, beta, c, cancellationToken);

    public void MultiplyWide(
        double alpha,
        ReadOnlyMatrixSpan<float> a,
        ReadOnlyMatrixSpan<float> b,
        double beta,
        MatrixSpan<double> c,
        CancellationToken cancellationToken = default) =>
        preferred.MultiplyWide(alpha, a, b, beta, c, cancellationToken);

    public ThinQr<T> ThinQr<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        preferred.ThinQr(matrix, cancellationToken);

    public ThinSvd<T> ThinSvd<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            return preferred.ThinSvd(matrix, cancellationToken);
        }
        catch (ConvergenceException) when (HasAnother)
        {
            Remember("singular value decomposition", matrix.Rows, matrix.Columns);
            return _other.Value.ThinSvd(matrix, cancellationToken);
        }
    }

    public SymmetricEigen<T> SymmetricEigen<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            return preferred.SymmetricEigen(matrix, cancellationToken);
        }
        catch (ConvergenceException) when (HasAnother)
        {
            Remember("eigendecomposition", matrix.Rows, matrix.Columns);
            return _other.Value.SymmetricEigen(matrix, cancellationToken);
        }
    }

    private bool HasAnother => other is not null || preferred is not ManagedProvider;

    private void Remember(string operation, int rows, int columns) => _fallbacks.Enqueue(FormattableString.Invariant(
        $"The {operation} of a {rows} x {columns} matrix did not converge with {preferred.Name}; {_other.Value.Name} computed it in F64."));
}
