using System.Numerics;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Tests.LinearAlgebra;

/// <summary>Matrices to test with, and the plain float64 arithmetic the results are compared with.</summary>
internal static class TestMatrices
{
    public static Matrix<T> Gaussian<T>(int rows, int columns, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Random random = new(seed);
        T[] elements = new T[rows * columns];
        for (int i = 0; i < elements.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            elements[i] = T.CreateTruncating(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return Matrix.Wrap(elements, rows, columns);
    }

    public static Matrix<T> From<T>(int rows, int columns, params T[] elements)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Matrix.Wrap(elements, rows, columns);

    /// <summary>U diag(values) V^T with random orthonormal U and V, formed in float64.</summary>
    public static (Matrix<T> A, Matrix<double> U, Matrix<double> V) WithSpectrum<T>(int rows, int columns, int seed, params double[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<double> u = GramSchmidt(Gaussian<double>(rows, values.Length, seed));
        Matrix<double> v = GramSchmidt(Gaussian<double>(columns, values.Length, seed + 1));
        return (Product(ScaleColumns(u, values), v.Transpose()).View.ToMatrix<T>(), u, v);
    }

    /// <summary>The product by the definition, in float64.</summary>
    public static Matrix<double> Product<T>(ReadOnlyMatrixSpan<T> a, ReadOnlyMatrixSpan<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] product = new double[a.Rows * b.Columns];
        for (int i = 0; i < a.Rows; i++)
        {
            for (int p = 0; p < a.Columns; p++)
            {
                double factor = double.CreateTruncating(a[i, p]);
                for (int j = 0; j < b.Columns; j++)
                {
                    product[(i * b.Columns) + j] += factor * double.CreateTruncating(b[p, j]);
                }
            }
        }

        return Matrix.Wrap(product, a.Rows, b.Columns);
    }

    public static Matrix<double> ScaleColumns<T>(Matrix<T> matrix, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] scaled = new double[matrix.Rows * matrix.Columns];
        for (int i = 0; i < scaled.Length; i++)
        {
            scaled[i] = double.CreateTruncating(matrix.Elements[i]) * double.CreateTruncating(values[i % matrix.Columns]);
        }

        return Matrix.Wrap(scaled, matrix.Rows, matrix.Columns);
    }

    /// <summary>||A - B||_F in float64.</summary>
    public static double Distance<TA, TB>(ReadOnlyMatrixSpan<TA> a, ReadOnlyMatrixSpan<TB> b)
        where TA : unmanaged, IBinaryFloatingPointIeee754<TA>
        where TB : unmanaged, IBinaryFloatingPointIeee754<TB>
    {
        Assert.Equal((a.Rows, a.Columns), (b.Rows, b.Columns));
        double sum = 0;
        for (int i = 0; i < a.Rows; i++)
        {
            for (int j = 0; j < a.Columns; j++)
            {
                double difference = double.CreateTruncating(a[i, j]) - double.CreateTruncating(b[i, j]);
                sum += difference * difference;
            }
        }

        return Math.Sqrt(sum);
    }

    public static double Norm<T>(ReadOnlyMatrixSpan<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Distance(a, Matrix.Zero<T>(a.Rows, a.Columns).View);

    /// <summary>||A^T A - I||_F: 0 when the columns are orthonormal.</summary>
    public static double OrthonormalityError<T>(Matrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Distance(Product(a.Transpose(), a.View).View, Matrix.Identity<double>(a.Columns).View);

    /// <summary>||A A^T - B B^T||_F for orthonormal columns: 0 when both span the same space, whatever their signs and order.</summary>
    public static double ProjectorDistance<TA, TB>(ReadOnlyMatrixSpan<TA> a, ReadOnlyMatrixSpan<TB> b)
        where TA : unmanaged, IBinaryFloatingPointIeee754<TA>
        where TB : unmanaged, IBinaryFloatingPointIeee754<TB> =>
        Distance(Product(a, a.Transpose()).View, Product(b, b.Transpose()).View);

    /// <summary>Rounding to allow for: 8 max(m, n) times the spacing of numbers at 1. LAPACK's own bounds are a small multiple of that
    /// times the norm; the results seen are ten times better.</summary>
    public static double Rounding<T>(int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => 8 * Math.Max(2, Math.Max(rows, columns)) * (typeof(T) == typeof(float) ? 1.2e-7 : 2.3e-16);

    private static Matrix<double> GramSchmidt(Matrix<double> matrix)
    {
        double[] q = matrix.Elements.ToArray();
        int columns = matrix.Columns;
        for (int j = 0; j < columns; j++)
        {
            for (int repeat = 0; repeat < 2; repeat++)
            {
                for (int i = 0; i < j; i++)
                {
                    AddColumn(q, columns, i, j, -Dot(q, columns, i, j));
                }
            }

            double norm = Math.Sqrt(Dot(q, columns, j, j));
            AddColumn(q, columns, j, j, (1 / norm) - 1);
        }

        return Matrix.Wrap(q, matrix.Rows, columns);
    }

    private static double Dot(double[] q, int columns, int i, int j)
    {
        double sum = 0;
        for (int row = 0; row < q.Length; row += columns)
        {
            sum += q[row + i] * q[row + j];
        }

        return sum;
    }

    private static void AddColumn(double[] q, int columns, int from, int to, double factor)
    {
        for (int row = 0; row < q.Length; row += columns)
        {
            q[row + to] += factor * q[row + from];
        }
    }
}
