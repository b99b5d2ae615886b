namespace TaskVectors.LinearAlgebra;

/// <summary>Operations on F32 matrices that give their result in memory of the caller's, for iterations that would otherwise fill new memory at every step.</summary>
internal interface IInPlaceAlgebra
{
    /// <summary>The upper triangle of A A^T, diagonal included; the rest of the target is left as it is.</summary>
    /// <param name="matrix">m x n.</param>
    /// <param name="target">m x m, contiguous.</param>
    void GramUpper(ReadOnlyMatrixSpan<float> matrix, MatrixSpan<float> target);

    /// <summary>Replaces a matrix by its inverse, by elimination with partial pivoting.</summary>
    /// <param name="matrix">n x n, contiguous.</param>
    /// <param name="meanLogarithm">ln |det A| / n: the mean of the logarithms of the singular values.</param>
    /// <returns>False where a pivot is 0; the matrix is then of no use.</returns>
    bool TryInvert(MatrixSpan<float> matrix, out double meanLogarithm);

    /// <summary>Replaces the upper triangle of a symmetric positive definite matrix by that of its inverse, by Cholesky factorisation; the rest stays.</summary>
    /// <param name="matrix">n x n, contiguous; only the upper triangle counts.</param>
    /// <param name="meanLogarithm">ln det A / 2n: the mean of the logarithms of the square roots of its eigenvalues.</param>
    /// <returns>False where the matrix is not positive definite up to rounding; it is then of no use.</returns>
    bool TryInvertPositive(MatrixSpan<float> matrix, out double meanLogarithm);
}
