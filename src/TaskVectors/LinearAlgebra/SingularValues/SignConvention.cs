using System.Numerics;

namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>
/// Removes the freedom of sign that factorisations leave, so that the same matrix has the same factors whichever library computed them
/// (up to rounding, and where neither singular values nor magnitudes tie).
/// </summary>
internal static class SignConvention
{
    /// <summary>
    /// Makes the entry of largest magnitude in each column positive, turning the matching row of <paramref name="partner"/> with it.
    /// </summary>
    public static void MakeLargestPositive<T>(MatrixSpan<T> columns, MatrixSpan<T> partner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] largest = new T[columns.Columns];
        for (int row = 0; row < columns.Rows; row++)
        {
            ReadOnlySpan<T> values = columns.Row(row);
            for (int column = 0; column < values.Length; column++)
            {
                if (T.Abs(values[column]) > T.Abs(largest[column]))
                {
                    largest[column] = values[column];
                }
            }
        }

        Turn(columns, partner, largest);
    }

    /// <summary>Makes the diagonal of R non-negative, turning the matching columns of Q with it.</summary>
    public static void MakeDiagonalPositive<T>(MatrixSpan<T> q, MatrixSpan<T> r)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] diagonal = new T[r.Rows];
        for (int i = 0; i < diagonal.Length; i++)
        {
            diagonal[i] = r[i, i];
        }

        Turn(q, r, diagonal);
    }

    private static void Turn<T>(MatrixSpan<T> columns, MatrixSpan<T> rows, ReadOnlySpan<T> signs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < columns.Rows; row++)
        {
            Span<T> values = columns.Row(row);
            for (int column = 0; column < values.Length; column++)
            {
                values[column] = signs[column] < T.Zero ? -values[column] : values[column];
            }
        }

        for (int row = 0; row < rows.Rows; row++)
        {
            if (signs[row] < T.Zero)
            {
                foreach (ref T value in rows.Row(row))
                {
                    value = -value;
                }
            }
        }
    }
}
