using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra;

/// <summary>What every provider demands of its arguments.</summary>
internal static class MatrixChecks
{
    /// <summary>How far from symmetric a matrix may be, relative to its largest entry and to the square root of the spacing at 1.</summary>
    private const double AsymmetryFactor = 4;

    /// <summary>Throws unless every element is finite.</summary>
    public static void RequireFinite<T>(ReadOnlyMatrixSpan<T> matrix, [CallerMemberName] string operation = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireSupported<T>();
        (int rows, int columns) = matrix.IsTransposed ? (matrix.Columns, matrix.Rows) : (matrix.Rows, matrix.Columns);
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<T> values = matrix.Elements.Slice(row * matrix.Stride, columns);
            if (IsFinite(values))
            {
                continue;
            }

            for (int column = 0; column < values.Length; column++)
            {
                if (!T.IsFinite(values[column]))
                {
                    (int r, int c) = matrix.IsTransposed ? (column, row) : (row, column);
                    throw new NonFiniteMatrixException(operation, r, c, double.CreateTruncating(values[column]));
                }
            }
        }
    }

    /// <summary>Throws unless the matrix is square, finite and symmetric up to rounding.</summary>
    /// <returns>Whether it is symmetric to the last bit, as Gram matrices are.</returns>
    public static bool RequireSymmetric<T>(ReadOnlyMatrixSpan<T> matrix, [CallerMemberName] string operation = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireFinite(matrix, operation);
        if (matrix.Rows != matrix.Columns)
        {
            throw new ArgumentException(
                $"{operation} needs a square matrix; this one is {matrix.Rows} x {matrix.Columns}.", nameof(matrix));
        }

        (T difference, int row, int column) = MatrixLayout.LargestAsymmetry(matrix);
        double tolerance = AsymmetryFactor * Math.Sqrt(RankTolerance.Spacing<T>()) * MatrixNorms.LargestMagnitude(matrix);
        return double.CreateTruncating(difference) <= tolerance
            ? difference == T.Zero
            : throw new ArgumentException(
                $"{operation} needs a symmetric matrix; rows and columns {row} and {column} differ by {difference}.",
                nameof(matrix));
    }

    /// <summary>Throws unless c = a b makes sense and c shares no memory with a or b.</summary>
    public static void RequireProduct<TSource, TTarget>(ReadOnlyMatrixSpan<TSource> a, ReadOnlyMatrixSpan<TSource> b, MatrixSpan<TTarget> c)
        where TSource : unmanaged, IBinaryFloatingPointIeee754<TSource>
        where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        RequireSupported<TTarget>();
        if (a.Columns != b.Rows || c.Rows != a.Rows || c.Columns != b.Columns)
        {
            throw new ArgumentException(
                $"A {a.Rows} x {a.Columns} matrix times a {b.Rows} x {b.Columns} matrix does not make a {c.Rows} x {c.Columns} matrix.");
        }

        ReadOnlySpan<byte> target = MemoryMarshal.AsBytes(c.Elements);
        if (target.Overlaps(MemoryMarshal.AsBytes(a.Elements))
            || target.Overlaps(MemoryMarshal.AsBytes(b.Elements)))
        {
            throw new ArgumentException("The product shares memory with a factor; give it memory of its own.", nameof(c));
        }
    }

    // x - x is 0 for finite x and NaN otherwise.
    private static bool IsFinite<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> sum = Vector<T>.Zero;
        int index = 0;
        for (; index <= values.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            var vector = new Vector<T>(values[index..]);
            sum += vector - vector;
        }

        T rest = Vector.Sum(sum);
        for (; index < values.Length; index++)
        {
            rest += values[index] - values[index];
        }

        return rest == T.Zero;
    }

    /// <summary>Throws unless the element type is one that providers take.</summary>
    public static void RequireSupported<T>()
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"Linear algebra works in F32 and F64, not in {typeof(T).Name}; convert first.");
        }
    }
}
