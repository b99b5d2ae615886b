using System.Numerics;

namespace TaskVectors.LinearAlgebra;

/// <summary>A writable row-major matrix with a leading dimension over someone else's memory.</summary>
/// <typeparam name="T">The element type; the providers take <see cref="float"/> and <see cref="double"/>.</typeparam>
public readonly ref struct MatrixSpan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Views contiguous row-major elements as a matrix.</summary>
    /// <param name="elements">At least <paramref name="rows"/> x <paramref name="columns"/> elements.</param>
    /// <param name="rows">The number of rows, 0 or more.</param>
    /// <param name="columns">The number of columns, 0 or more.</param>
    /// <exception cref="ArgumentException">The span is shorter than the matrix.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative.</exception>
    public MatrixSpan(Span<T> elements, int rows, int columns)
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
    public MatrixSpan(Span<T> elements, int rows, int columns, int stride)
    {
        _ = MatrixLayout.Validate(elements.Length, rows, columns, stride);
        bool isEmpty = rows == 0 || columns == 0;
        Elements = isEmpty ? [] : elements;
        Rows = rows;
        Columns = columns;
        Stride = isEmpty ? columns : stride;
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>Elements from the start of one row to the start of the next.</summary>
    public int Stride { get; }

    /// <summary>The memory, from the first element on.</summary>
    public Span<T> Elements { get; }

    /// <summary>The element at a row and a column, by reference.</summary>
    /// <param name="row">0 to <see cref="Rows"/> - 1.</param>
    /// <param name="column">0 to <see cref="Columns"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the matrix.</exception>
    public ref T this[int row, int column] => ref Elements[MatrixLayout.Offset<T>(this, row, column)];

    /// <summary>The matrix for reading.</summary>
    /// <param name="matrix">The writable view.</param>
    public static implicit operator ReadOnlyMatrixSpan<T>(MatrixSpan<T> matrix) => matrix.AsReadOnly();

    /// <summary>The matrix for reading.</summary>
    public ReadOnlyMatrixSpan<T> AsReadOnly() => new(Elements, Rows, Columns, Stride);

    /// <summary>The elements of one row.</summary>
    /// <param name="row">0 to <see cref="Rows"/> - 1.</param>
    public Span<T> Row(int row) => Elements.Slice(row * Stride, Columns);

    /// <summary>A rectangular part of the matrix, over the same memory.</summary>
    /// <param name="row">The first row.</param>
    /// <param name="column">The first column.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part reaches outside the matrix.</exception>
    public MatrixSpan<T> Slice(int row, int column, int rows, int columns)
    {
        MatrixLayout.ValidatePart(Rows, Columns, row, column, rows, columns);
        return rows == 0 || columns == 0
            ? new MatrixSpan<T>([], rows, columns)
            : new MatrixSpan<T>(Elements[((row * Stride) + column)..], rows, columns, Stride);
    }
}
