using System.Numerics;

namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>The leading singular triplets of a matrix A, and how good they are.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Factors">U (m x r), s and V^T (r x n), r being the rank asked for or min(m, n) if that is less.</param>
/// <param name="BackwardError">
/// ||A V - U diag(s)||_F: the triplets are exact singular triplets of a matrix within this distance of A in the Frobenius norm, and
/// each s_i is within it of a singular value of A. 0 for the exact method, whose error is rounding alone. Absolute, in the units of A.
/// </param>
/// <param name="TruncationError">
/// ||A - U diag(s) V^T||_F, the part of A that is left out; from (||A||_F^2 - sum s_i^2)^(1/2), so below the square root of the spacing
/// of numbers at 1, relative to ||A||_F, it is rounding.
/// </param>
/// <param name="Method">
/// <see cref="TruncatedSvdMethod.Exact"/> or <see cref="TruncatedSvdMethod.Randomized"/>: the one that answered.
/// </param>
/// <param name="Passes">Passes of the randomised method, including those given up for the exact one.</param>
public sealed record TruncatedSvd<T>(
    ThinSvd<T> Factors, double BackwardError, double TruncationError, TruncatedSvdMethod Method, int Passes)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
