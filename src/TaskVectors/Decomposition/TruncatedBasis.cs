using System.Numerics;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition;

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
        ThinSvd<T> svd = provider.ThinSvd(matrix.View, cancellationToken);
        double[] values = Array.ConvertAll(svd.SingularValues.ToArray(), double.CreateTruncating);
        int rank = Math.Min(svd.NumericalRank(), options.Rank.Choose(values, matrix.Rows, matrix.Columns, factorRank));
        return new TruncatedBasis(
            rank,
            options.Sides == DecompositionSides.Row ? null : svd.U.FirstColumns(rank).ToMatrix<double>(),
            options.Sides == DecompositionSides.Column ? null : svd.Vt.FirstRows(rank).Transpose().ToMatrix<double>());
    }
}
