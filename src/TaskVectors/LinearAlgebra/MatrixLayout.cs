using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TaskVectors.LinearAlgebra;

/// <summary>Where the elements of a row-major matrix lie in memory.</summary>
internal static class MatrixLayout
{
    /// <summary>Side of the square tiles in which a matrix and its mirror image are walked, so that both sides stay in the first-level cache.</summary>
    private const int TransposeTile = 32;

    /// <summary>The number of elements of a matrix, refused when an array cannot hold it.</summary>
    public static int Count(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        long count = (long)rows * columns;
        return count <= Array.MaxLength
            ? (int)count
            : throw new ArgumentOutOfRangeException(
                nameof(rows),
                $"A matrix of {rows} x {columns} has more elements than the {Array.MaxLength} a matrix can hold; split it by rows.");
    }

    /// <summary>Throws unless a span of <paramref name="length"/> elements holds the matrix.</summary>
    public static bool Validate(int length, int rows, int columns, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, columns);
        long needed = rows == 0 || columns == 0 ? 0 : ((rows - 1L) * stride) + columns;
        return length >= needed
            ? true
            : throw new ArgumentException(
                $"A matrix of {rows} x {columns} with stride {stride} needs {needed} elements; the span has {length}.");
    }

    /// <summary>Throws unless the part lies inside the matrix.</summary>
    public static void ValidatePart(int matrixRows, int matrixColumns, int row, int column, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)row + rows, matrixRows, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)column + columns, matrixColumns, nameof(columns));
    }

    /// <summary>The index of an element in the memory of its matrix.</summary>
    public static int Offset<T>(ReadOnlyMatrixSpan<T> matrix, int row, int column)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)matrix.Rows, nameof(row));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)matrix.Columns, nameof(column));
        return matrix.IsTransposed ? (column * matrix.Stride) + row : (row * matrix.Stride) + column;
    }

    /// <summary>Converts element by element; a copy when the types are the same.</summary>
    public static void Convert<TSource, TTarget>(ReadOnlySpan<TSource> source, Span<TTarget> target)
        where TSource : unmanaged, IBinaryFloatingPointIeee754<TSource>
        where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        if (typeof(TSource) == typeof(TTarget))
        {
            source.CopyTo(MemoryMarshal.Cast<TTarget, TSource>(target));
            return;
        }

        int start = 0;
        if (typeof(TSource) == typeof(float) && typeof(TTarget) == typeof(double))
        {
            start = Widen(MemoryMarshal.Cast<TSource, float>(source), MemoryMarshal.Cast<TTarget, double>(target));
        }
        else if (typeof(TSource) == typeof(double) && typeof(TTarget) == typeof(float))
        {
            start = Narrow(MemoryMarshal.Cast<TSource, double>(source), MemoryMarshal.Cast<TTarget, float>(target));
        }

        for (int i = start; i < source.Length; i++)
        {
            target[i] = TTarget.CreateTruncating(source[i]);
        }
    }

    private static int Widen(ReadOnlySpan<float> source, Span<double> target)
    {
        int index = 0;
        for (; index <= source.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(source[index..]), out Vector<double> low, out Vector<double> high);
            low.CopyTo(target[index..]);
            high.CopyTo(target[(index + Vector<double>.Count)..]);
        }

        return index;
    }

    private static int Narrow(ReadOnlySpan<double> source, Span<float> target)
    {
        int index = 0;
        for (; index <= source.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            Vector.Narrow(new Vector<double>(source[index..]), new Vector<double>(source[(index + Vector<double>.Count)..])).CopyTo(target[index..]);
        }

        return index;
    }

    /// <summary>Writes the transpose of a stored matrix contiguously.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void CopyTransposed<TSource, TTarget>(
        ReadOnlySpan<TSource> source, int rows, int columns, int stride, Span<TTarget> target)
        where TSource : unmanaged, IBinaryFloatingPointIeee754<TSource>
        where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        _ = Validate(source.Length, rows, columns, stride) && Validate(target.Length, columns, rows, rows);
        fixed (TSource* from = source)
        fixed (TTarget* to = target)
        {
            for (int firstRow = 0; firstRow < rows; firstRow += TransposeTile)
            {
                int endRow = Math.Min(rows, firstRow + TransposeTile);
                for (int firstColumn = 0; firstColumn < columns; firstColumn += TransposeTile)
                {
                    int endColumn = Math.Min(columns, firstColumn + TransposeTile);
                    for (int column = firstColumn; column < endColumn; column++)
                    {
                        TSource* read = from + ((nint)firstRow * stride) + column;
                        TTarget* written = to + ((nint)column * rows) + firstRow;
                        for (int row = firstRow; row < endRow; row++)
                        {
                            *written++ = TTarget.CreateTruncating(*read);
                            read += stride;
                        }
                    }
                }
            }
        }
    }

    /// <summary>Copies the upper triangle of a square matrix onto the lower one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void MirrorUpper<T>(MatrixSpan<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        nint stride = matrix.Stride;
        fixed (T* elements = matrix.Elements)
        {
            foreach ((int row, int first, int end) in BelowDiagonal(matrix.Rows))
            {
                for (int column = first; column < end; column++)
                {
                    elements[(row * stride) + column] = elements[(column * stride) + row];
                }
            }
        }
    }

    /// <summary>The largest difference between an element of a square matrix of finite numbers and its mirror image, and where it is.</summary>
    public static unsafe (T Difference, int Row, int Column) LargestAsymmetry<T>(ReadOnlyMatrixSpan<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (T Difference, int Row, int Column) largest = (T.Zero, 0, 0);
        nint stride = matrix.Stride;
        fixed (T* elements = matrix.Elements)
        {
            foreach ((int row, int first, int end) in BelowDiagonal(matrix.Rows))
            {
                for (int column = first; column < end; column++)
                {
                    T difference = T.Abs(elements[(row * stride) + column] - elements[(column * stride) + row]);
                    if (difference > largest.Difference)
                    {
                        largest = (difference, row, column);
                    }
                }
            }
        }

        return largest;
    }

    /// <summary>The columns of each row below the diagonal, tile by tile.</summary>
    private static IEnumerable<(int Row, int First, int End)> BelowDiagonal(int rows)
    {
        for (int firstRow = 0; firstRow < rows; firstRow += TransposeTile)
        {
            int endRow = Math.Min(rows, firstRow + TransposeTile);
            for (int first = 0; first < endRow; first += TransposeTile)
            {
                for (int row = firstRow; row < endRow; row++)
                {
                    yield return (row, first, Math.Min(row, first + TransposeTile));
                }
            }
        }
    }
}
