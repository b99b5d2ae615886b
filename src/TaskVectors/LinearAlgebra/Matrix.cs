using System.Numerics;

namespace TaskVectors.LinearAlgebra;

/// <summary>Makes matrices.</summary>
public static class Matrix
{
    /// <summary>Takes over an array as a matrix without copying. The caller gives the array away and must not write to it again.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="elements">Exactly <paramref name="rows"/> x <paramref name="columns"/> elements, row by row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <exception cref="ArgumentException">The array has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative, or the matrix is larger than an array can be.</exception>
    public static Matrix<T> Wrap<T>(T[] elements, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(elements);
        return elements.Length == MatrixLayout.Count(rows, columns)
            ? new Matrix<T>(elements, rows, columns)
            : throw new ArgumentException(
                $"A matrix of {rows} x {columns} needs {(long)rows * columns} elements; the array has {elements.Length}.",
                nameof(elements));
    }

    /// <summary>A matrix of zeros.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative, or the matrix is larger than an array can be.</exception>
    public static Matrix<T> Zero<T>(int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(new T[MatrixLayout.Count(rows, columns)], rows, columns);

    /// <summary>The identity matrix of an order.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="order">The number of rows and of columns.</param>
    public static Matrix<T> Identity<T>(int order)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> identity = Zero<T>(order, order);
        for (int i = 0; i < order; i++)
        {
            identity.Target[i, i] = T.One;
        }

        return identity;
    }
}
