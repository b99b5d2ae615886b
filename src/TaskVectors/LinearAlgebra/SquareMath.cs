using System.Numerics;
using System.Runtime.CompilerServices;

namespace TaskVectors.LinearAlgebra;

/// <summary>Element-wise steps on F32 matrices of which, where it says so, only the upper triangle is read and written.</summary>
internal static class SquareMath
{
    private const int Tile = 32;

    /// <summary>A = a A + b B^T; both square and contiguous.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTransposed(MatrixSpan<float> target, float scale, MatrixSpan<float> source, float sourceScale)
    {
        int order = target.Rows;
        Span<float> turned = stackalloc float[Tile * Tile];
        for (int firstRow = 0; firstRow < order; firstRow += Tile)
        {
            int rows = Math.Min(Tile, order - firstRow);
            for (int firstColumn = 0; firstColumn < order; firstColumn += Tile)
            {
                int columns = Math.Min(Tile, order - firstColumn);
                MatrixLayout.CopyTransposed<float, float>(source.Elements[((firstColumn * order) + firstRow)..], columns, rows, order, turned);
                for (int row = 0; row < rows; row++)
                {
                    Span<float> values = target.Row(firstRow + row).Slice(firstColumn, columns);
                    Scale(values, scale);
                    AddTo(values, sourceScale, turned.Slice(row * columns, columns));
                }
            }
        }
    }

    /// <summary>Replaces G and G^(-1) by (z^2 G + 2 I + G^(-1) / z^2) / 4 and (z I + G^(-1) / z) / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void NewtonStep(MatrixSpan<float> gram, MatrixSpan<float> inverse, float scale)
    {
        Scale(gram.Elements, scale * scale / 4);
        AddTo(gram.Elements, 0.25f / (scale * scale), inverse.Elements);
        Scale(inverse.Elements, 0.5f / scale);
        for (int row = 0; row < gram.Rows; row++)
        {
            gram[row, row] += 0.5f;
            inverse[row, row] += scale / 2;
        }
    }

    /// <summary>The upper triangle of A + c I.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyShifted(MatrixSpan<float> source, float shift, MatrixSpan<float> target)
    {
        for (int row = 0; row < source.Rows; row++)
        {
            source.Row(row)[row..].CopyTo(target.Row(row)[row..]);
            target[row, row] += shift;
        }
    }

    /// <summary>A = A + b B in the upper triangle, or b B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(MatrixSpan<float> target, float scale, MatrixSpan<float> source, bool isFirst)
    {
        for (int row = 0; row < source.Rows; row++)
        {
            Span<float> values = target.Row(row)[row..];
            if (isFirst)
            {
                values.Clear();
            }

            AddTo(values, scale, source.Row(row)[row..]);
        }
    }

    /// <summary>a_i = s a_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(Span<float> values, float scale)
    {
        int index = 0;
        for (; index <= values.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            (new Vector<float>(values[index..]) * scale).CopyTo(values[index..]);
        }

        for (; index < values.Length; index++)
        {
            values[index] *= scale;
        }
    }

    /// <summary>a_i = a_i + s b_i, fused, whatever the width of vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo(Span<float> values, float scale, ReadOnlySpan<float> source)
    {
        int index = 0;
        var factor = new Vector<float>(scale);
        for (; index <= values.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            Vector.FusedMultiplyAdd(new Vector<float>(source[index..]), factor, new Vector<float>(values[index..])).CopyTo(values[index..]);
        }

        for (; index < values.Length; index++)
        {
            values[index] = MathF.FusedMultiplyAdd(source[index], scale, values[index]);
        }
    }

    /// <summary>(A + A^T) / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Matrix<double> SymmetricPart(Matrix<double> matrix)
    {
        Matrix<double> part = Matrix.Zero<double>(matrix.Rows, matrix.Columns);
        for (int row = 0; row < matrix.Rows; row++)
        {
            for (int column = 0; column < matrix.Columns; column++)
            {
                part.Target[row, column] = (matrix[row, column] + matrix[column, row]) / 2;
            }
        }

        return part;
    }
}
