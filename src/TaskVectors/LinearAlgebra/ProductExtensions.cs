using System.Numerics;

namespace TaskVectors.LinearAlgebra;

/// <summary>Products that make their own result.</summary>
public static class ProductExtensions
{
    /// <summary>A B as a new matrix.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="provider">The implementation.</param>
    /// <param name="a">m x k.</param>
    /// <param name="b">k x n.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Matrix<T> Multiply<T>(
        this ILinearAlgebraProvider provider,
        ReadOnlyMatrixSpan<T> a,
        ReadOnlyMatrixSpan<T> b,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(provider);
        Matrix<T> product = Matrix.Zero<T>(a.Rows, b.Columns);
        provider.Multiply(T.One, a, b, T.Zero, product.Target, cancellationToken);
        return product;
    }

    /// <summary>A B of F32 factors as a new F64 matrix, accumulated in F64.</summary>
    /// <param name="provider">The implementation.</param>
    /// <param name="a">m x k.</param>
    /// <param name="b">k x n.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Matrix<double> MultiplyWide(
        this ILinearAlgebraProvider provider,
        ReadOnlyMatrixSpan<float> a,
        ReadOnlyMatrixSpan<float> b,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        Matrix<double> product = Matrix.Zero<double>(a.Rows, b.Columns);
        provider.MultiplyWide(1, a, b, 0, product.Target, cancellationToken);
        return product;
    }
}
