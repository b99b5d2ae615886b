using System.Numerics;

namespace TaskVectors.LinearAlgebra;

/// <summary>
/// The eigendecomposition A = X diag(w) X^T of a symmetric matrix of order n. Signs are fixed: the entry of largest magnitude in each
/// eigenvector (the first of equals) is positive.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Values">The n eigenvalues, descending: the leading one first, as in a singular value decomposition.</param>
/// <param name="Vectors">
/// n x n, or n x c where only c vectors were asked for; column i is the eigenvector of value i; orthonormal.
/// </param>
public sealed record SymmetricEigen<T>(ReadOnlyMemory<T> Values, Matrix<T> Vectors)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
