namespace TaskVectors.Decomposition;

/// <summary>
/// Which reading of "what survives the chain of projections P_1 ... P_k" decides the shared subspace, with P_i = U_i U_i^T the projection
/// on the leading singular vectors of task vector i. At k = 2 <see cref="Sweep"/> and <see cref="Product"/> are the same.
/// </summary>
public enum DecompositionMode
{
    /// <summary>
    /// Eigenvectors of T T^T with T = P_1 ... P_k: symmetric and orthonormal; lies in the column space of the first task vector and depends
    /// on the order of the others.
    /// </summary>
    Sweep,

    /// <summary>
    /// Eigenvectors of P_1 ... P_k itself, kept by the real part of their eigenvalues; for k >= 3 they may be complex and are not
    /// orthogonal: the span of real and imaginary parts is orthonormalised. Depends on the order.
    /// </summary>
    Product,

    /// <summary>
    /// Eigenvectors of (1/k) sum_i P_i: free of order. k times an eigenvalue is the number of tasks that have the direction. The core of
    /// MAXVAR generalised canonical correlation (Kettenring 1971) and of AJIVE (Feng et al. 2018).
    /// </summary>
    Mean,
}
