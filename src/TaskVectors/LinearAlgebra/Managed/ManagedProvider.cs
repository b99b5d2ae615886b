using System.Numerics;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>
/// Linear algebra without native code. Products run in the elements' precision through <see cref="PackedProduct{T, TKernel}"/>;
/// factorisations run in double whatever the element type.
/// </summary>
internal sealed class ManagedProvider : ILinearAlgebraProvider
{
    private readonly IPackedProduct<float> _single;
    private readonly IPackedProduct<double> _double;

    public ManagedProvider(int threads)
        : this(threads, PackedProducts.WidestBits)
    {
    }

    internal ManagedProvider(int threads, int vectorBits)
    {
        _single = PackedProducts.Create<float>(vectorBits);
        _double = PackedProducts.Create<double>(vectorBits);
        Threads = threads;
        Kernel = vectorBits == 0 ? "Scalar" : $"Vector{vectorBits}";
    }

    public string Name => "managed";

    public string Kernel { get; }

    public string Configuration => $".NET {Environment.Version}, MathNet.Numerics for SVD and eigenvectors";

    public int Threads { get; }

    public void Multiply<T>(
        T alpha, ReadOnlyMatrixSpan<T> a, ReadOnlyMatrixSpan<T> b, T beta, MatrixSpan<T> c, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixChecks.RequireProduct(a, b, c);
        IPackedProduct<T> product = typeof(T) == typeof(float) ? (IPackedProduct<T>)_single : (IPackedProduct<T>)_double;
        product.Multiply(alpha, a, b, beta, c, Threads, cancellationToken);
    }

    public void MultiplyWide(
        double alpha,
        ReadOnlyMatrixSpan<float> a,
        ReadOnlyMatrixSpan<float> b,
        double beta,
        MatrixSpan<double> c,
        CancellationToken cancellationToken = default)
    {
        MatrixChecks.RequireProduct(a, b, c);
        _double.Multiply(alpha, a, b, beta, c, Threads, cancellationToken);
    }

    public ThinQr<T> ThinQr<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixChecks.RequireFinite(matrix);
        (Matrix<double> scaled, int exponent) = ScaledCopy(matrix);
        ThinQr<double> factors = HouseholderQr.Factor(scaled, _double, Threads, cancellationToken);
        ScaleBack(factors.R.Target, exponent);
        SignConvention.MakeDiagonalPositive(factors.Q.Target, factors.R.Target);
        return new ThinQr<T>(factors.Q.View.ToMatrix<T>(), factors.R.View.ToMatrix<T>());
    }

    public ThinSvd<T> ThinSvd<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixChecks.RequireFinite(matrix);
        bool isWide = matrix.Rows < matrix.Columns;
        (Matrix<double> tall, int exponent) = ScaledCopy(isWide ? matrix.Transpose() : matrix);
        ThinSvd<double> svd = DenseSolver.TallSvd(tall, _double, Threads, cancellationToken);
        Matrix<T> u = isWide ? svd.Vt.Transpose().ToMatrix<T>() : svd.U.View.ToMatrix<T>();
        Matrix<T> vt = isWide ? svd.U.Transpose().ToMatrix<T>() : svd.Vt.View.ToMatrix<T>();
        SignConvention.MakeLargestPositive(u.Target, vt.Target);
        T[] values = new T[svd.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateTruncating(Math.ScaleB(svd.SingularValues.Span[i], exponent));
        }

        return new ThinSvd<T>(u, values, vt);
    }

    /// <summary>The whole product: packed blocks know nothing of symmetry. Equal chains of sums make both triangles equal.</summary>
    public Matrix<T> Gram<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        this.Multiply(matrix, matrix.Transpose(), cancellationToken);

    public SymmetricEigen<T> LeadingEigen<T>(ReadOnlyMatrixSpan<T> matrix, int count, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isSymmetric = MatrixChecks.RequireSymmetric(matrix, nameof(SymmetricEigen<T>));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, matrix.Rows);
        cancellationToken.ThrowIfCancellationRequested();
        int exponent = MatrixNorms.BinaryExponent(MatrixNorms.LargestMagnitude(matrix));
        double[] part = SymmetricEigenAssembly.SymmetricPart(matrix, Math.ScaleB(1, -exponent), isSymmetric);
        (double[] values, double[] vectorRows) = DenseSolver.SymmetricEigen(part, matrix.Rows);
        return SymmetricEigenAssembly.FromAscending<double, T>(
            values, vectorRows.AsSpan((matrix.Rows - count) * matrix.Rows), Math.ScaleB(1, exponent));
    }

    /// <summary>A copy whose largest magnitude lies in [1, 2): squares in the solvers neither overflow nor vanish.</summary>
    private static (Matrix<double> Scaled, int Exponent) ScaledCopy<T>(ReadOnlyMatrixSpan<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int exponent = MatrixNorms.BinaryExponent(MatrixNorms.LargestMagnitude(matrix));
        Matrix<double> copy = matrix.ToMatrix<double>();
        ScaleBack(copy.Target, -exponent);
        return (copy, exponent);
    }

    private static void ScaleBack(MatrixSpan<double> matrix, int exponent)
    {
        double scale = Math.ScaleB(1, exponent);
        foreach (ref double value in matrix.Elements)
        {
            value *= scale;
        }
    }
}
