using System.Numerics;
using TaskVectors.LinearAlgebra.Polar;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra;

/// <summary>
/// Dense linear algebra on row-major matrices: the few operations everything else is built from. Truncated decompositions, bases and
/// polar factors are extension methods (<see cref="TruncatedSvdExtensions"/>, <see cref="OrthonormalBasisExtensions"/>,
/// <see cref="PolarFactorExtensions"/>). Made by <see cref="LinearAlgebraProvider.Create"/>; safe to use from several threads.
/// <para>Element types are <see cref="float"/> and <see cref="double"/>; others throw <see cref="NotSupportedException"/>.</para>
/// <para>Determinism. The managed provider returns the same bytes for any number of threads and any SIMD width. OpenBLAS returns the
/// same bytes for the same library, kernel and number of threads. Across providers results agree up to rounding, factors up to the
/// freedom the mathematics leaves: a basis inside a group of equal singular values or eigenvalues, or of a null space, may be
/// turned.</para>
/// <para>Decompositions refuse NaN and infinities with <see cref="NonFiniteMatrixException"/>; products carry them through by the
/// rules of IEEE 754. Empty matrices are legal everywhere. Cancellation is observed between steps, not inside one native call.</para>
/// </summary>
public interface ILinearAlgebraProvider
{
    /// <summary><c>openblas</c> or <c>managed</c>.</summary>
    string Name { get; }

    /// <summary>
    /// The arithmetic kernel in use: OpenBLAS's core name such as <c>Haswell</c>, or the managed vector width such as <c>Vector256</c>.
    /// </summary>
    string Kernel { get; }

    /// <summary>The build of the implementation, for a manifest or a report.</summary>
    string Configuration { get; }

    /// <summary>The most threads one operation uses.</summary>
    int Threads { get; }

    /// <summary>Inverses and the like in the caller's memory; null where the implementation has none.</summary>
    internal IInPlaceAlgebra? InPlace => null;

    /// <summary>
    /// C = alpha A B + beta C, accumulated in the elements' own precision. Where beta is 0, C is not read. Pass a transposed view to
    /// multiply by a transpose; nothing is copied.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="alpha">The factor of the product; 0 skips it.</param>
    /// <param name="a">m x k.</param>
    /// <param name="b">k x n.</param>
    /// <param name="beta">The factor of what C holds.</param>
    /// <param name="c">m x n; must not share memory with A or B.</param>
    /// <param name="cancellationToken">Stops between blocks, leaving C half-written.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or C overlaps a factor.</exception>
    void Multiply<T>(
        T alpha, ReadOnlyMatrixSpan<T> a, ReadOnlyMatrixSpan<T> b, T beta, MatrixSpan<T> c, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// C = alpha A B + beta C with F32 factors, F64 products and F64 accumulation: for Gram matrices and other sums where F32 would
    /// lose digits. Every product of two F32 numbers is exact in F64.
    /// </summary>
    /// <param name="alpha">The factor of the product; 0 skips it.</param>
    /// <param name="a">m x k.</param>
    /// <param name="b">k x n.</param>
    /// <param name="beta">The factor of what C holds.</param>
    /// <param name="c">m x n.</param>
    /// <param name="cancellationToken">Stops between blocks, leaving C half-written.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or C overlaps a factor.</exception>
    void MultiplyWide(
        double alpha,
        ReadOnlyMatrixSpan<float> a,
        ReadOnlyMatrixSpan<float> b,
        double beta,
        MatrixSpan<double> c,
        CancellationToken cancellationToken = default);

    /// <summary>The Gram matrix A A^T of the rows, accumulated in the elements' own precision; exactly symmetric, at half the cost of a product.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="matrix">m x n; pass its transpose for the Gram matrix A^T A of the columns.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <returns>m x m.</returns>
    Matrix<T> Gram<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The thin QR factorisation by Householder reflections (Golub and Van Loan, Matrix Computations, 4th ed., 5.2).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="matrix">m x n, of any rank.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="NonFiniteMatrixException">The matrix holds a NaN or an infinity.</exception>
    ThinQr<T> ThinQr<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// The thin singular value decomposition, all min(m, n) triplets. LAPACK's xGESDD in the elements' precision with OpenBLAS; in F64
    /// throughout, and rounded at the end, with the managed implementation (which is meant for a smaller side of a few hundred: at
    /// 1024 it takes seconds).
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="matrix">m x n, of any rank.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="NonFiniteMatrixException">The matrix holds a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">The iteration gave up.</exception>
    ThinSvd<T> ThinSvd<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// All eigenvalues and eigenvectors of a symmetric matrix. The symmetric part (A + A^T) / 2 is decomposed; the asymmetry that
    /// rounding leaves is accepted, up to 4 square roots of the spacing at 1 (1.4e-3 F32, 6e-8 F64) of the largest entry.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="matrix">n x n, symmetric.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="ArgumentException">The matrix is not square or not symmetric.</exception>
    /// <exception cref="NonFiniteMatrixException">The matrix holds a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">The iteration gave up.</exception>
    SymmetricEigen<T> SymmetricEigen<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LeadingEigen(matrix, matrix.Rows, cancellationToken);

    /// <summary>
    /// All eigenvalues of a symmetric matrix and its leading eigenvectors, otherwise as <see cref="SymmetricEigen"/>. The fewer vectors are
    /// asked for, the less it costs, down to a third with none.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="matrix">n x n, symmetric.</param>
    /// <param name="count">How many eigenvectors, from that of the largest eigenvalue on; 0 to n.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>n values, and vectors as the columns of an n x count matrix.</returns>
    /// <exception cref="ArgumentException">The matrix is not square or not symmetric.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or more than n.</exception>
    /// <exception cref="NonFiniteMatrixException">The matrix holds a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">The iteration gave up.</exception>
    SymmetricEigen<T> LeadingEigen<T>(ReadOnlyMatrixSpan<T> matrix, int count, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
