using System.Numerics;

namespace TaskVectors.LinearAlgebra;

/// <summary>
/// An immutable dense matrix, contiguous and row-major. Its size is limited to <see cref="Array.MaxLength"/> elements (2^31 - 57). Safe
/// to read from several threads.
/// </summary>
/// <typeparam name="T">The element type; the providers take <see cref="float"/> and <see cref="double"/>.</typeparam>
public sealed class Matrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _elements;

    internal Matrix(T[] elements, int rows, int columns)
    {
        _elements = elements;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The number of rows, 0 or more.</summary>
    public int Rows { get; }

    /// <summary>The number of columns, 0 or more.</summary>
    public int Columns { get; }

    /// <summary>The elements, row by row.</summary>
    public ReadOnlySpan<T> Elements => _elements;

    /// <summary>The elements, row by row, as memory that outlives a stack frame.</summary>
    public ReadOnlyMemory<T> Memory => _elements;

    /// <summary>A view of the whole matrix.</summary>
    public ReadOnlyMatrixSpan<T> View => new(_elements, Rows, Columns);

    /// <summary>A writable view, for the code that is still filling a matrix it has just made.</summary>
    internal MatrixSpan<T> Target => new(_elements, Rows, Columns);

    /// <summary>The element at a row and a column.</summary>
    /// <param name="row">0 to <see cref="Rows"/> - 1.</param>
    /// <param name="column">0 to <see cref="Columns"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the matrix.</exception>
    public T this[int row, int column] => View[row, column];

    /// <summary>A view of the whole matrix.</summary>
    /// <param name="matrix">The matrix.</param>
    public static implicit operator ReadOnlyMatrixSpan<T>(Matrix<T> matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return matrix.View;
    }

    /// <summary>The same memory seen as the transposed matrix; nothing is copied.</summary>
    public ReadOnlyMatrixSpan<T> Transpose() => View.Transpose();

    /// <summary>The first columns, over the same memory.</summary>
    /// <param name="count">How many, 0 to <see cref="Columns"/>.</param>
    public ReadOnlyMatrixSpan<T> FirstColumns(int count) => View.Slice(0, 0, Rows, count);

    /// <summary>The first rows, over the same memory.</summary>
    /// <param name="count">How many, 0 to <see cref="Rows"/>.</param>
    public ReadOnlyMatrixSpan<T> FirstRows(int count) => View.Slice(0, 0, count, Columns);

    /// <summary>The size as text, such as <c>768 x 3072</c>.</summary>
    public override string ToString() => $"{Rows} x {Columns}";
}
