using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.LinearAlgebra;

/// <summary>Sizes of matrices, in double, summed in an order that depends on nothing but the shape.</summary>
internal static class MatrixNorms
{
    /// <summary>max |a_ij|; 0 for an empty matrix.</summary>
    public static double LargestMagnitude<T>(ReadOnlyMatrixSpan<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T largest = T.Zero;
        (int rows, int columns) = matrix.IsTransposed ? (matrix.Columns, matrix.Rows) : (matrix.Rows, matrix.Columns);
        for (int row = 0; row < rows; row++)
        {
            largest = T.Max(largest, LargestMagnitude(matrix.Elements.Slice(row * matrix.Stride, columns)));
        }

        return double.CreateTruncating(largest);
    }

    /// <summary>||A||_F = (sum a_ij^2)^(1/2), scaled so that no square overflows or vanishes.</summary>
    public static double Frobenius<T>(ReadOnlyMatrixSpan<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int exponent = BinaryExponent(LargestMagnitude(matrix));
        double scale = Math.ScaleB(1, -exponent);
        (int rows, int columns) = matrix.IsTransposed ? (matrix.Columns, matrix.Rows) : (matrix.Rows, matrix.Columns);
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            sum += SumOfSquares(matrix.Elements.Slice(row * matrix.Stride, columns), scale);
        }

        return Math.ScaleB(Math.Sqrt(sum), exponent);
    }

    /// <summary>
    /// sum a_i b_i in F64, in which products of F32 numbers are exact: eight sums of every eighth product, then those in pairs, whatever the width of
    /// vectors.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Inner(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        Vector512<double> sums = Vector512<double>.Zero;
        int index = 0;
        for (; index <= left.Length - Vector512<double>.Count; index += Vector512<double>.Count)
        {
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.Create(left.Slice(index, Vector256<float>.Count)));
            (Vector256<double> c, Vector256<double> d) = Vector256.Widen(Vector256.Create(right.Slice(index, Vector256<float>.Count)));
            sums += Vector512.Create(a * c, b * d);
        }

        Vector256<double> four = sums.GetLower() + sums.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        double sum = two[0] + two[1];
        for (; index < left.Length; index++)
        {
            sum += (double)left[index] * right[index];
        }

        return sum;
    }

    /// <summary>An exponent e with |value| / 2^e in [1, 2), kept where both 2^e and 2^-e are normal doubles; 0 for zero.</summary>
    public static int BinaryExponent(double value) => value == 0 ? 0 : Math.Clamp(Math.ILogB(value), -1000, 1000);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T LargestMagnitude<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> most = Vector<T>.Zero;
        int index = 0;
        for (; index <= values.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            most = Vector.Max(most, Vector.Abs(new Vector<T>(values[index..])));
        }

        T largest = T.Zero;
        for (int lane = 0; lane < Vector<T>.Count; lane++)
        {
            largest = T.Max(largest, most[lane]);
        }

        foreach (T value in values[index..])
        {
            largest = T.Max(largest, T.Abs(value));
        }

        return largest;
    }

    private static double SumOfSquares<T>(ReadOnlySpan<T> values, double scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double even = 0;
        double odd = 0;
        int i = 0;
        for (; i + 1 < values.Length; i += 2)
        {
            double first = scale * double.CreateTruncating(values[i]);
            double second = scale * double.CreateTruncating(values[i + 1]);
            even += first * first;
            odd += second * second;
        }

        double last = i < values.Length ? scale * double.CreateTruncating(values[i]) : 0;
        return even + odd + (last * last);
    }
}
