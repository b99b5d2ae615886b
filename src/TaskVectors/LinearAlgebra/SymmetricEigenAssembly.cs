using System.Numerics;

namespace TaskVectors.LinearAlgebra;

/// <summary>Turns what solvers return, ascending values with one eigenvector a row, into the public form.</summary>
internal static class SymmetricEigenAssembly
{
    public static SymmetricEigen<T> FromAscending<TSource, T>(ReadOnlySpan<TSource> values, ReadOnlySpan<TSource> vectorRows, TSource scale)
        where TSource : unmanaged, IBinaryFloatingPointIeee754<TSource>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int order = values.Length;
        T[] descending = new T[order];
        Matrix<T> rows = Matrix.Zero<T>(order, order);
        for (int i = 0; i < order; i++)
        {
            int source = order - 1 - i;
            descending[i] = T.CreateTruncating(values[source] * scale);
            MatrixLayout.Convert(vectorRows.Slice(source * order, order), rows.Target.Row(i));
        }

        Matrix<T> vectors = rows.Transpose().ToMatrix();
        SignConvention.MakeLargestPositive(vectors.Target, default);
        return new SymmetricEigen<T>(descending, vectors);
    }

    /// <summary>(A + A^T) / 2, contiguous.</summary>
    public static TTarget[] SymmetricPart<T, TTarget>(ReadOnlyMatrixSpan<T> matrix, TTarget scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        int order = matrix.Rows;
        TTarget half = scale / (TTarget.One + TTarget.One);
        TTarget[] part = new TTarget[MatrixLayout.Count(order, order)];
        matrix.CopyTo(part.AsSpan());
        for (int row = 0; row < order; row++)
        {
            for (int column = 0; column <= row; column++)
            {
                int lower = (row * order) + column;
                int upper = (column * order) + row;
                part[lower] = part[upper] = (half * part[lower]) + (half * part[upper]);
            }
        }

        return part;
    }
}
