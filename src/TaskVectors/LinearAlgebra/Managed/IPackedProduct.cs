using System.Numerics;

namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>A matrix product over packed blocks, with its kernel chosen.</summary>
internal interface IPackedProduct<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>C = alpha A B + beta C, with the factors converted to <typeparamref name="T"/> as they are packed.</summary>
    void Multiply<TSource>(
        T alpha,
        ReadOnlyMatrixSpan<TSource> a,
        ReadOnlyMatrixSpan<TSource> b,
        T beta,
        MatrixSpan<T> c,
        int threads,
        CancellationToken cancellationToken)
        where TSource : unmanaged, IBinaryFloatingPointIeee754<TSource>;
}
