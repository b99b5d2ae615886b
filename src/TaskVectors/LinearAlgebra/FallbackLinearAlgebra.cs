using System.Collections.Concurrent;
using System.Numerics;
using TaskVectors.LinearAlgebra.Managed;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra;

/// <summary>
/// Computes with one implementation; where its iteration does not converge with another, in F64; and where that one's does not either, with the same
/// matrix in random orthonormal coordinates, which change the path of the iteration and not its result. Remembers that it did. The managed
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

    public IInPlaceAlgebra? InPlace => preferred.InPlace;

    /// <summary>What did not converge, and what computed it instead.</summary>
    public IReadOnlyList<string> Fallbacks => [.. _fallbacks.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Remembers what did not converge, as a sentence.</summary>
    public void Remember(string sentence) => _fallbacks.Enqueue(sentence);

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
        for (Way way = Way.Preferred; ; way++)
        {
            try
            {
                ThinSvd<T> svd = way switch
                {
                    Way.Preferred => preferred.ThinSvd(matrix, cancellationToken),
                    Way.Other => _other.Value.ThinSvd(matrix, cancellationToken),
                    _ => TurnedCoordinates.ThinSvd(_other.Value, matrix, cancellationToken),
                };
                Remember(way, "singular value decomposition", matrix.Rows, matrix.Columns);
                return svd;
            }
            catch (ConvergenceException) when (way < Way.Turned)
            {
                // The next way may do better.
            }
        }
    }

    public Matrix<T> Gram<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        preferred.Gram(matrix, cancellationToken);

    public SymmetricEigen<T> SymmetricEigen<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LeadingEigen(matrix, matrix.Rows, cancellationToken);

    public SymmetricEigen<T> LeadingEigen<T>(ReadOnlyMatrixSpan<T> matrix, int count, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (Way way = Way.Preferred; ; way++)
        {
            try
            {
                SymmetricEigen<T> eigen = way switch
                {
                    Way.Preferred => preferred.LeadingEigen(matrix, count, cancellationToken),
                    Way.Other => _other.Value.LeadingEigen(matrix, count, cancellationToken),
                    _ => TurnedCoordinates.LeadingEigen(_other.Value, matrix, count, cancellationToken),
                };
                Remember(way, "eigendecomposition", matrix.Rows, matrix.Columns);
                return eigen;
            }
            catch (ConvergenceException) when (way < Way.Turned)
            {
                // The next way may do better.
            }
        }
    }

    private void Remember(Way way, string operation, int rows, int columns)
    {
        if (way != Way.Preferred)
        {
            string coordinates = way == Way.Turned ? ", in random orthonormal coordinates" : string.Empty;
            Remember(FormattableString.Invariant(
                $"The {operation} of a {rows} x {columns} matrix did not converge with {preferred.Name}; {_other.Value.Name} computed it in F64{coordinates}."));
        }
    }

    private enum Way
    {
        Preferred,
        Other,
        Turned,
    }
}
