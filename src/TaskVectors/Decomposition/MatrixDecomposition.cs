using System.Numerics;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition;

/// <summary>
/// What k task vectors share in one weight matrix, d_out x d_in. Splits any matrix of that shape: shared = Z Z^T W (column space), W Y Y^T
/// (row space) or Z Z^T W Y Y^T (both), unique = W - shared; the parts of any two task vectors are orthogonal, &lt;shared_i, unique_j&gt; =
/// 0. Immutable, and safe for use from several threads.
/// </summary>
/// <typeparam name="T">The element type; <see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class MatrixDecomposition<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ILinearAlgebraProvider _provider;
    private readonly Matrix<T>? _columnBasis;
    private readonly Matrix<T>? _rowBasis;

    internal MatrixDecomposition(ILinearAlgebraProvider provider, IReadOnlyList<int> ranks, SharedSubspace? columns, SharedSubspace? rows)
    {
        _provider = provider;
        Ranks = ranks;
        Columns = columns;
        Rows = rows;
        _columnBasis = columns?.Basis.View.ToMatrix<T>();
        _rowBasis = rows?.Basis.View.ToMatrix<T>();
    }

    /// <summary>The rank r_i of each task vector's space.</summary>
    public IReadOnlyList<int> Ranks { get; }

    /// <summary>The shared column space; <see langword="null"/> where only row spaces were compared.</summary>
    public SharedSubspace? Columns { get; }

    /// <summary>The shared row space; <see langword="null"/> where only column spaces were compared.</summary>
    public SharedSubspace? Rows { get; }

    /// <summary>What did not converge and was computed in another way; empty as a rule.</summary>
    public IReadOnlyList<string> Fallbacks { get; internal init; } = [];

    /// <summary>Whether no direction is shared, so that every shared part is zero.</summary>
    public bool IsNothingShared => Columns is { Dimension: 0 } || Rows is { Dimension: 0 };

    /// <summary>The shared part of a matrix.</summary>
    /// <param name="matrix">d_out x d_in.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="ArgumentException">The matrix has another shape.</exception>
    public Matrix<T> Shared(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
    {
        if (_columnBasis is not { } z)
        {
            return ProjectRows(matrix, _rowBasis!, cancellationToken);
        }

        Matrix<T> coordinates = _provider.Multiply(z.Transpose(), matrix, cancellationToken);
        Matrix<T> projected = _rowBasis is { } y ? ProjectRows(coordinates.View, y, cancellationToken) : coordinates;
        return _provider.Multiply(z.View, projected.View, cancellationToken);
    }

    /// <summary>Both parts of a matrix; their sum is the matrix up to one rounding.</summary>
    /// <param name="matrix">d_out x d_in.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="ArgumentException">The matrix has another shape.</exception>
    public (Matrix<T> Shared, Matrix<T> Unique) Split(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
    {
        Matrix<T> shared = Shared(matrix, cancellationToken);
        Matrix<T> unique = matrix.ToMatrix();
        Subtract(unique.Target.Elements, shared.Elements);
        return (shared, unique);
    }

    /// <summary>Takes numbers from others.</summary>
    internal static void Subtract(Span<T> elements, ReadOnlySpan<T> removed)
    {
        int index = 0;
        for (; index <= elements.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            (new Vector<T>(elements[index..]) - new Vector<T>(removed[index..])).CopyTo(elements[index..]);
        }

        for (; index < elements.Length; index++)
        {
            elements[index] -= removed[index];
        }
    }

    /// <summary>
    /// The merged task vector a sum_i unique_i + b sum_i shared_i. Projections are linear, so that one projection of the sum does:
    /// a S + (b - a) shared(S) with S = sum_i W_i.
    /// </summary>
    /// <param name="vectors">W_1 ... W_k, d_out x d_in each; at least one.</param>
    /// <param name="unique">a; 1 by default.</param>
    /// <param name="shared">
    /// b; <see langword="null"/> for a / k: plain addition counts a direction that k tasks have k times, this counts it once.
    /// </param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public Matrix<T> Merge(
        IReadOnlyList<Matrix<T>> vectors, double unique = 1, double? shared = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(vectors.Count);
        Matrix<T> sum = vectors[0].View.ToMatrix();
        foreach (Matrix<T> vector in vectors.Skip(1))
        {
            Accumulate(sum, vector);
        }

        double b = shared ?? (unique / vectors.Count);
        Matrix<T> common = Shared(sum.View, cancellationToken);
        Span<T> elements = sum.Target.Elements;
        (T a, T difference) = (T.CreateTruncating(unique), T.CreateTruncating(b - unique));
        for (int index = 0; index < elements.Length; index++)
        {
            elements[index] = T.FusedMultiplyAdd(difference, common.Elements[index], a * elements[index]);
        }

        return sum;
    }

    private static void Accumulate(Matrix<T> sum, Matrix<T> vector)
    {
        Span<T> elements = sum.Target.Elements;
        for (int index = 0; index < elements.Length; index++)
        {
            elements[index] += vector.Elements[index];
        }
    }

    private Matrix<T> ProjectRows(ReadOnlyMatrixSpan<T> matrix, Matrix<T> y, CancellationToken cancellationToken) =>
        _provider.Multiply(_provider.Multiply(matrix, y.View, cancellationToken).View, y.Transpose(), cancellationToken);
}
