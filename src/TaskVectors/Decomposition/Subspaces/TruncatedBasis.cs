using System.Numerics;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>The leading singular vectors of a task vector's matrix, in F64.</summary>
/// <param name="Rank">How many.</param>
/// <param name="Left">d_out x r; <see langword="null"/> where only row spaces are compared.</param>
/// <param name="Right">d_in x r; <see langword="null"/> where only column spaces are compared.</param>
internal sealed record TruncatedBasis(int Rank, Matrix<double>? Left, Matrix<double>? Right)
{
    public static TruncatedBasis Of<T>(
        Matrix<T> matrix, SubspaceOptions options, int? factorRank, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (options.Precision == SpectralPrecision.Fast && TryFast(matrix, options, factorRank, provider, cancellationToken) is { } basis)
        {
            return basis;
        }

        ThinSvd<T> svd = provider.ThinSvd(matrix.View, cancellationToken);
        double[] values = Array.ConvertAll(svd.SingularValues.ToArray(), double.CreateTruncating);
        int rank = Math.Min(svd.NumericalRank(), options.Rank.Choose(values, matrix.Rows, matrix.Columns, factorRank));
        return new TruncatedBasis(
            rank,
            options.Sides == DecompositionSides.Row ? null : svd.U.FirstColumns(rank).ToMatrix<double>(),
            options.Sides == DecompositionSides.Column ? null : svd.Vt.FirstRows(rank).Transpose().ToMatrix<double>());
    }

    // The numerical rank is a matter of the smallest singular values, which a Gram matrix does not tell.
    private static TruncatedBasis? TryFast<T>(
        Matrix<T> matrix, SubspaceOptions options, int? factorRank, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (options.Rank is NumericalRank)
        {
            return null;
        }

        int most = options.Rank.Foresee(matrix.Rows, matrix.Columns, factorRank) ?? Math.Min(matrix.Rows, matrix.Columns);
        LeadingSvd<T>? svd = GramSvd.TryLeading(
            provider, matrix.View, values => options.Rank.Choose(values, matrix.Rows, matrix.Columns, factorRank), most, cancellationToken);
        return svd is null
            ? null
            : new TruncatedBasis(
                svd.Count,
                options.Sides == DecompositionSides.Row ? null : svd.Left(provider, matrix.View, cancellationToken).View.ToMatrix<double>(),
                options.Sides == DecompositionSides.Column ? null : svd.RightTransposed(provider, matrix.View, cancellationToken).Transpose().ToMatrix<double>());
    }
}
