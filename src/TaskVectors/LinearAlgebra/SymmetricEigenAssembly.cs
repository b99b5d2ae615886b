using System.Numerics;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra;

/// <summary>Turns what solvers return, ascending values with one eigenvector a row, into the public form.</summary>
internal static class SymmetricEigenAssembly
{
    private const int Tile = 32;

    /// <summary>All values, and the vectors of the largest.</summary>
    /// <param name="values">All values.</param>
    /// <param name="vectorRows">The eigenvectors of the last values: as many rows as are wanted.</param>
    /// <param name="scale">What values are multiplied by.</param>
    public static SymmetricEigen<T> FromAscending<TSource, T>(ReadOnlySpan<TSource> values, ReadOnlySpan<TSource> vectorRows, TSource scale)
        where TSource : unmanaged, IBinaryFloatingPointIeee754<TSource>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int order = values.Length;
        int count = order == 0 ? 0 : vectorRows.Length / order;
        T[] descending = new T[order];
        for (int i = 0; i < order; i++)
        {
            descending[i] = T.CreateTruncating(values[order - 1 - i] * scale);
        }

        var rows = Matrix.Wrap(GC.AllocateUninitializedArray<T>(MatrixLayout.Count(count, order)), count, order);
        for (int i = 0; i < count; i++)
        {
            MatrixLayout.Convert(vectorRows.Slice((count - 1 - i) * order, order), rows.Target.Row(i));
        }

        Matrix<T> vectors = rows.Transpose().ToMatrix();
        SignConvention.MakeLargestPositive(vectors.Target, default);
        return new SymmetricEigen<T>(descending, vectors);
    }

    /// <summary>(A + A^T) / 2, contiguous, times a scale; that is A itself where A is exactly symmetric.</summary>
    public static TTarget[] SymmetricPart<T, TTarget>(ReadOnlyMatrixSpan<T> matrix, TTarget scale, bool isSymmetric)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        int order = matrix.Rows;
        TTarget half = scale / (TTarget.One + TTarget.One);
        TTarget[] part = GC.AllocateUninitializedArray<TTarget>(MatrixLayout.Count(order, order));
        matrix.CopyTo(part.AsSpan());
        if (isSymmetric)
        {
            Scale(part, scale);
            return part;
        }

        for (int firstRow = 0; firstRow < order; firstRow += Tile)
        {
            for (int firstColumn = 0; firstColumn <= firstRow; firstColumn += Tile)
            {
                AverageTile(part, order, firstRow, firstColumn, half);
            }
        }

        return part;
    }

    private static void Scale<T>(Span<T> values, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (scale == T.One)
        {
            return;
        }

        foreach (ref T value in values)
        {
            value *= scale;
        }
    }

    // By tiles, so that the walk down a column stays in the first-level cache.
    private static void AverageTile<T>(Span<T> part, int order, int firstRow, int firstColumn, T half)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = firstRow; row < Math.Min(order, firstRow + Tile); row++)
        {
            for (int column = firstColumn; column < Math.Min(row + 1, firstColumn + Tile); column++)
            {
                ref T lower = ref part[(row * order) + column];
                ref T upper = ref part[(column * order) + row];
                lower = upper = (half * lower) + (half * upper);
            }
        }
    }
}
