using System.Numerics;

namespace TaskVectors.LinearAlgebra;

/// <summary>
/// A read-only matrix over someone else's memory: row-major with a leading dimension, or the transpose of such a matrix. Transposing
/// and slicing cost nothing; no element moves.
/// </summary>
/// <typeparam name="T">The element type; the providers take <see cref="float"/> and <see cref="double"/>.</typeparam>
public readonly ref struct ReadOnlyMatrixSpan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Views contiguous row-major elements as a matrix.</summary>
    /// <param name="elements">At least <paramref name="rows"/> x <paramref name="columns"/> elements.</param>
    /// <param name="rows">The number of rows, 0 or more.</param>
    /// <param name="columns">The number of columns, 0 or more.</param>
    /// <exception cref="ArgumentException">The span is shorter than the matrix.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative.</exception>
    public ReadOnlyMatrixSpan(ReadOnlySpan<T> elements, int rows, int columns)
        : this(elements, rows, columns, columns)
    {
    }

    /// <summary>Views row-major elements with a leading dimension as a matrix.</summary>
    /// <param name="elements">
    /// At least (<paramref name="rows"/> - 1) x <paramref name="stride"/> + <paramref name="columns"/> elements.
    /// </param>
    /// <param name="rows">The number of rows, 0 or more.</param>
    /// <param name="columns">The number of columns, 0 or more.</param>
    /// <param name="stride">Elements from the start of one row to the start of the next; at least <paramref name="columns"/>.</param>
    /// <exception cref="ArgumentException">The span is shorter than the matrix.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative, or the stride is shorter than a row.</exception>
    public ReadOnlyMatrixSpan(ReadOnlySpan<T> elements, int rows, int columns, int stride)
        : this(MatrixLayout.Validate(elements.Length, rows, columns, stride) ? elements : default, rows, columns, stride, false)
    {
    }

    private ReadOnlyMatrixSpan(ReadOnlySpan<T> elements, int storedRows, int storedColumns, int stride, bool isTransposed)
    {
        bool isEmpty = storedRows == 0 || storedColumns == 0;
        Elements = isEmpty ? [] : elements;
        Rows = isTransposed ? storedColumns : storedRows;
        Columns = isTransposed ? storedRows : storedColumns;
        Stride = isEmpty ? storedColumns : stride;
        IsTransposed = isTransposed;
    }

    /// <summary>The number of rows of the matrix as seen, that is after the transposition if there is one.</summary>
    public int Rows { get; }

    /// <summary>The number of columns of the matrix as seen.</summary>
    public int Columns { get; }

    /// <summary>Elements from the start of one stored row to the start of the next.</summary>
    public int Stride { get; }

    /// <summary>Whether the memory holds the transpose of this matrix in row-major order.</summary>
    public bool IsTransposed { get; }

    /// <summary>The memory, from the first element on.</summary>
    public ReadOnlySpan<T> Elements { get; }

    /// <summary>The element at a row and a column.</summary>
    /// <param name="row">0 to <see cref="Rows"/> - 1.</param>
    /// <param name="column">0 to <see cref="Columns"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the matrix.</exception>
    public T this[int row, int column] => Elements[MatrixLayout.Offset(this, row, column)];

    /// <summary>The same memory seen as the transposed matrix.</summary>
    public ReadOnlyMatrixSpan<T> Transpose() =>
        IsTransposed ? new(Elements, Columns, Rows, Stride, false) : new(Elements, Rows, Columns, Stride, true);

    /// <summary>A rectangular part of the matrix, over the same memory.</summary>
    /// <param name="row">The first row.</param>
    /// <param name="column">The first column.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part reaches outside the matrix.</exception>
    public ReadOnlyMatrixSpan<T> Slice(int row, int column, int rows, int columns)
    {
        MatrixLayout.ValidatePart(Rows, Columns, row, column, rows, columns);
        if (rows == 0 || columns == 0)
        {
            return new ReadOnlyMatrixSpan<T>([], rows, columns);
        }

        ReadOnlySpan<T> part = Elements[MatrixLayout.Offset(this, row, column)..];
        return IsTransposed ? new(part, columns, rows, Stride, true) : new(part, rows, columns, Stride, false);
    }

    /// <summary>Copies the elements into a contiguous row-major span.</summary>
    /// <typeparam name="TTarget">The element type of the copy; a narrower type rounds to nearest even.</typeparam>
    /// <param name="destination">At least <see cref="Rows"/> x <see cref="Columns"/> elements.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void CopyTo<TTarget>(Span<TTarget> destination)
        where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        _ = MatrixLayout.Validate(destination.Length, Rows, Columns, Columns);
        if (IsTransposed)
        {
            MatrixLayout.CopyTransposed(Elements, Columns, Rows, Stride, destination);
            return;
        }

        for (int row = 0; row < Rows; row++)
        {
            MatrixLayout.Convert(Elements.Slice(row * Stride, Columns), destination.Slice(row * Columns, Columns));
        }
    }

    /// <summary>A contiguous copy of the matrix.</summary>
    public Matrix<T> ToMatrix() => ToMatrix<T>();

    /// <summary>A contiguous copy of the matrix in another element type; narrowing rounds to nearest even.</summary>
    /// <typeparam name="TTarget">The element type of the copy.</typeparam>
    public Matrix<TTarget> ToMatrix<TTarget>()
        where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        TTarget[] copy = GC.AllocateUninitializedArray<TTarget>(MatrixLayout.Count(Rows, Columns));
        CopyTo(copy.AsSpan());
        return Matrix.Wrap<TTarget>(copy, Rows, Columns);
    }
}
