namespace TaskVectors.Decomposition.Reports;

/// <summary>What the tasks share in the second of two spaces; members as in <see cref="TensorDecomposition"/>.</summary>
/// <param name="Dimension">The dimension of the space.</param>
/// <param name="Cut">Eigenvalues above it may be kept.</param>
/// <param name="Eigenvalues">The leading eigenvalues.</param>
/// <param name="SharedDimension">The number of shared directions.</param>
/// <param name="ChanceDimension">The mean number that random subspaces give.</param>
/// <param name="DroppedByNullTest">How many directions above the cut the null test dropped.</param>
public sealed record SideDecomposition(
    int Dimension, double Cut, IReadOnlyList<double> Eigenvalues, int SharedDimension, double? ChanceDimension, int DroppedByNullTest);
