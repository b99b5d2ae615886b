using System.Buffers;

namespace TaskVectors.LinearAlgebra.OpenBlas;

/// <summary>In-place operations through OpenBLAS and its LAPACK, which see every row-major matrix transposed: upper triangles are lower ones to them.</summary>
internal sealed unsafe class OpenBlasInPlace(LapackRoutines routines) : IInPlaceAlgebra
{
    /// <summary>Triangles of this order are left to LAPACK, whose inversion of larger ones has few products in it.</summary>
    private const int SmallTriangle = 96;

    private const int ColumnsAtOnce = 64;

    public void GramUpper(ReadOnlyMatrixSpan<float> matrix, MatrixSpan<float> target)
    {
        (float one, float zero) = (1, 0);
        fixed (float* a = matrix.Elements, c = target.Elements)
        {
            routines.Syrk(!matrix.IsTransposed, matrix.Rows, matrix.Columns, &one, a, Math.Max(1, matrix.Stride), &zero, c, target.Rows);
        }
    }

    public bool TryInvert(MatrixSpan<float> matrix, out double meanLogarithm)
    {
        int order = matrix.Rows;
        int[] pivots = new int[order];
        float[] work = ArrayPool<float>.Shared.Rent(ColumnsAtOnce * order);
        try
        {
            fixed (float* a = matrix.Elements, space = work)
            fixed (int* rows = pivots)
            {
                bool isRegular = routines.Getrf(order, a, order, rows) == 0;
                meanLogarithm = isRegular ? MeanLogarithm(matrix) : double.NegativeInfinity;
                return isRegular && routines.Getri(order, a, order, rows, space, ColumnsAtOnce * order) == 0;
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(work);
        }
    }

    public bool TryInvertPositive(MatrixSpan<float> matrix, out double meanLogarithm)
    {
        int order = matrix.Rows;
        fixed (float* a = matrix.Elements)
        {
            if (routines.Potrf(order, a, order) != 0)
            {
                meanLogarithm = double.NegativeInfinity;
                return false;
            }

            meanLogarithm = MeanLogarithm(matrix);
            if (!TryInvertTriangle(order, a, order))
            {
                return false;
            }

            routines.Lauum(order, a, order);
            return true;
        }
    }

    // [A 0; B C]^(-1) = [A^(-1) 0; -C^(-1) B A^(-1) C^(-1)].
    private bool TryInvertTriangle(int order, float* a, int stride)
    {
        if (order <= SmallTriangle)
        {
            return routines.Trtri(order, a, stride) == 0;
        }

        int half = order / 2;
        int rest = order - half;
        float* below = a + half;
        float* corner = below + ((long)half * stride);
        if (!TryInvertTriangle(half, a, stride) || !TryInvertTriangle(rest, corner, stride))
        {
            return false;
        }

        (float one, float minus) = (1, -1);
        routines.Trmm(fromRight: true, rest, half, &one, a, stride, below, stride);
        routines.Trmm(fromRight: false, rest, half, &minus, corner, stride, below, stride);
        return true;
    }

    private static double MeanLogarithm(MatrixSpan<float> matrix)
    {
        double sum = 0;
        for (int index = 0; index < matrix.Rows; index++)
        {
            sum += Math.Log(Math.Abs(matrix[index, index]));
        }

        return sum / matrix.Rows;
    }
}
