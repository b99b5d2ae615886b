namespace TaskVectors.Decomposition.Reports;

/// <summary>What the tasks share in one matrix. Lists by task are in the order of <see cref="DecompositionReport.Tasks"/>.</summary>
public sealed record TensorDecomposition
{
    /// <summary>The tensor.</summary>
    public required string Name { get; init; }

    /// <summary>Its shape.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>The dimension of the space that is compared: d_out for column spaces, d_in for row spaces.</summary>
    public required int Dimension { get; init; }

    /// <summary>The reading: <c>sweep</c>, <c>product</c> or <c>mean</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>The rank r_i of each task.</summary>
    public required IReadOnlyList<int> Ranks { get; init; }

    /// <summary>Eigenvalues above it may be kept.</summary>
    public required double Cut { get; init; }

    /// <summary>The leading eigenvalues: all that lie above the cut, and a few more.</summary>
    public required IReadOnlyList<double> Eigenvalues { get; init; }

    /// <summary>The number of shared directions.</summary>
    public required int SharedDimension { get; init; }

    /// <summary>The mean number of directions of random subspaces of the same ranks above the cut; absent without null test.</summary>
    public double? ChanceDimension { get; init; }

    /// <summary>How many directions above the cut the null test dropped.</summary>
    public int DroppedByNullTest { get; init; }

    /// <summary>How likely chance is to give each kept eigenvalue at its index; empty without null test.</summary>
    public IReadOnlyList<double> PValues { get; init; } = [];

    /// <summary>The row space, where both sides are compared; the fields above are then those of the column space.</summary>
    public SideDecomposition? RowSide { get; init; }

    /// <summary>||W_i||_F of each task vector.</summary>
    public required IReadOnlyList<double> Norms { get; init; }

    /// <summary>||shared_i||^2 / ||W_i||^2 of each task; 0 where the task vector is zero.</summary>
    public required IReadOnlyList<double> SharedFraction { get; init; }

    /// <summary>
    /// ||unique_i - B A||_F / ||unique_i||_F of each task, where unique parts are cut to a rank; absent where they are whole.
    /// </summary>
    public IReadOnlyList<double>? UniqueError { get; init; }

    /// <summary><c>nothing</c>, <c>shared</c>, or <c>near-chance</c> where chance alone gives at least half as many directions.</summary>
    public required string Verdict { get; init; }

    /// <summary>What did not converge and was computed in another way, or absent.</summary>
    public IReadOnlyList<string>? Fallbacks { get; init; }

    /// <summary>What to be careful with, or absent.</summary>
    public string? Warning { get; init; }
}
