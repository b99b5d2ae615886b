using System.Numerics;

namespace TaskVectors.LinearAlgebra;

/// <summary>A thin QR factorisation A = Q R of an m x n matrix, with k = min(m, n).</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Q">m x k with orthonormal columns, whatever the rank of A.</param>
/// <param name="R">k x n, upper triangular (trapezoidal when m &lt; n), with a diagonal that is not negative. With that convention the
/// factors of a matrix whose leading k columns are independent are unique.</param>
public sealed record ThinQr<T>(Matrix<T> Q, Matrix<T> R)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
