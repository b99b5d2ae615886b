using TaskVectors.Decomposition.Subspaces;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition.Reports;

/// <summary>Says of one matrix what was found.</summary>
internal static class TensorFindings
{
    private const int FurtherEigenvalues = 8;

    public static TensorDecomposition Describe(
        TensorInfo tensor, MatrixDecomposition<float> decomposition, IReadOnlyList<double> norms, IReadOnlyList<double> fractions)
    {
        SharedSubspace first = decomposition.Columns ?? decomposition.Rows!;
        return new TensorDecomposition
        {
            Name = tensor.Name,
            Shape = [.. tensor.Shape.Dimensions],
            Dimension = first.Basis.Rows,
            Mode = OptionNames.Of(first.Mode),
            Ranks = decomposition.Ranks,
            Cut = first.Cut,
            Eigenvalues = Leading(first),
            SharedDimension = first.Dimension,
            ChanceDimension = first.ChanceDimension,
            DroppedByNullTest = first.DroppedByNullTest,
            PValues = first.PValues,
            RowSide = decomposition is { Columns: not null, Rows: { } rows } ? Side(rows) : null,
            Norms = norms,
            SharedFraction = fractions,
            Verdict = Verdict(decomposition, first),
            Warning = Warning(first),
        };
    }

    private static SideDecomposition Side(SharedSubspace side) =>
        new(side.Basis.Rows, side.Cut, Leading(side), side.Dimension, side.ChanceDimension, side.DroppedByNullTest);

    private static double[] Leading(SharedSubspace subspace) =>
        [.. subspace.Eigenvalues.Take(subspace.Dimension + subspace.DroppedByNullTest + FurtherEigenvalues)];

    private static string Verdict(MatrixDecomposition<float> decomposition, SharedSubspace first) =>
        decomposition.IsNothingShared ? "nothing"
        : first.ChanceDimension >= first.Dimension / 2.0 ? "near-chance"
        : "shared";

    private static string? Warning(SharedSubspace subspace) => subspace.ChanceDimension switch
    {
        null or < 0.5 => null,
        { } chance when subspace.Dimension == 0 => FormattableString.Invariant(
            $"Random subspaces of these ranks give {chance:0.#} directions above the cut, and nothing here beats them."),
        { } chance => FormattableString.Invariant(
            $"Random subspaces of these ranks give {chance:0.#} directions above the cut: 'shared' means 'overlapping' here."),
    };
}
