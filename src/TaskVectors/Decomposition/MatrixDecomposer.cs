using System.Numerics;
using TaskVectors.Decomposition.NullTests;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition;

/// <summary>
/// Finds what task vectors share, one weight matrix at a time. Reads and writes no file. Keeps the spectra of random subspaces that the
/// null test has drawn, so use one for all matrices of a model. Safe for use from several threads.
/// </summary>
/// <remarks>
/// <para>
/// For W_i (d_out x d_in, task vector i): U_i, the left singular vectors of W_i cut to rank r_i; P_i = U_i U_i^T; Z, the eigenvectors of
/// the chain of projections whose eigenvalues exceed a cut and beat chance; shared_i = Z Z^T W_i, unique_i = W_i - shared_i. Singular
/// vectors are found in the element type, everything that decides in F64; from an order of 512 on, and of F32 matrices in fast precision, the mean's
/// eigenvectors in F32, made orthonormal in F64.
/// </para>
/// <para>
/// A full-rank W_i without truncation has P_i = I, and everything is "shared": the rank rule matters. An eigenvalue of 1 is an exact
/// intersection of column spaces.
/// </para>
/// </remarks>
/// <param name="provider">
/// The linear algebra; with one thread an operation, results do not depend on how many matrices are decomposed at once.
/// </param>
/// <param name="options">How.</param>
public sealed class MatrixDecomposer(ILinearAlgebraProvider provider, SubspaceOptions options)
{
    private readonly NullTest? _nullTest =
        options.NullTest ? new NullTest(provider, options.Seed, options.NullDraws) : null;

    /// <summary>Finds what the matrices share.</summary>
    /// <typeparam name="T">The element type; <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="vectors">W_1 ... W_k, d_out x d_in each, at least two.</param>
    /// <param name="factorRanks">
    /// The inner dimension of each adapter's factors, <see langword="null"/> for a dense task vector; absent where all are dense. The
    /// defaults for adapters hold when
    /// every entry is known.
    /// </param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="DecompositionException">An option is out of range, or there are fewer than two matrices.</exception>
    /// <exception cref="ArgumentException">The matrices differ in shape.</exception>
    /// <exception cref="NonFiniteMatrixException">A matrix holds a NaN or an infinity.</exception>
    public MatrixDecomposition<T> Decompose<T>(
        IReadOnlyList<Matrix<T>> vectors, IReadOnlyList<int?>? factorRanks = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(vectors);
        SubspaceRule rule = options.Resolve(vectors.Count, factorRanks?.All(rank => rank is not null) == true);
        Require(vectors, factorRanks);
        var algebra = new FallbackLinearAlgebra(provider);
        var finder = new SharedSubspaceFinder(algebra, _nullTest, typeof(T) == typeof(float) ? options.Precision : SpectralPrecision.Exact);
        var bases =
            vectors.Select((vector, task) => TruncatedBasis.Of(vector, options, factorRanks?[task], algebra, cancellationToken)).ToArray();
        SharedSubspace? columns =
            options.Sides == DecompositionSides.Row ? null : finder.Find([.. bases.Select(basis => basis.Left!)], rule, cancellationToken);
        SharedSubspace? rows =
            options.Sides == DecompositionSides.Column ? null : finder.Find([.. bases.Select(basis => basis.Right!)], rule, cancellationToken);
        return new MatrixDecomposition<T>(provider, [.. bases.Select(basis => basis.Rank)], columns, rows)
        {
            Fallbacks = [.. algebra.Fallbacks.Concat(columns?.Fallbacks ?? []).Concat(rows?.Fallbacks ?? []).Distinct()],
        };
    }

    private static void Require<T>(IReadOnlyList<Matrix<T>> vectors, IReadOnlyList<int?>? factorRanks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (vectors.Any(vector => vector.Rows != vectors[0].Rows || vector.Columns != vectors[0].Columns))
        {
            string shapes = string.Join(", ", vectors.Select(vector => vector.ToString()).Distinct());
            throw new ArgumentException($"The matrices must have one shape; there are {shapes}.", nameof(vectors));
        }

        if (factorRanks is not null && factorRanks.Count != vectors.Count)
        {
            throw new ArgumentException($"{factorRanks.Count} ranks are given for {vectors.Count} matrices.", nameof(factorRanks));
        }
    }
}
