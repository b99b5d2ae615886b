using TaskVectors.Decomposition;
using TaskVectors.Tensors;

namespace TaskVectors.Merging.Kernels;

/// <summary>What a merge method knows of a tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape, as it is stored.</param>
public sealed record MergeTensor(string Name, TensorShape Shape)
{
    /// <summary>Which dimension is that of the outputs: the last in weights stored as [in, out] or HWIO.</summary>
    public OutputAxis Outputs { get; init; } = OutputAxis.First;

    /// <summary>The order of the square statistics that there are of the tensor; 0 where there are none.</summary>
    public long StatisticsOrder { get; init; }

    /// <summary>Whether it has exactly two dimensions.</summary>
    public bool IsMatrix => Shape.Rank == 2;

    /// <summary>The rows of the tensor as a matrix, [out, rest], or [rest, out] where the outputs are last: 1 for a scalar.</summary>
    public int Rows => AreOutputsLast ? Rest(Columns) : FirstDimension;

    /// <summary>The columns of the tensor as a matrix.</summary>
    public int Columns => AreOutputsLast ? checked((int)Shape[Shape.Rank - 1]) : Rest(FirstDimension);

    /// <summary>The elements of a row for methods that work row by row: all dimensions but the first; a tensor of one dimension is one row.</summary>
    public long RowLength => Shape.Rank < 2 || Shape[0] == 0 ? Shape.ElementCount : Shape.ElementCount / Shape[0];

    internal bool AreOutputsLast => Outputs == OutputAxis.Last && Shape.Rank >= 2;

    private int FirstDimension => Shape.Rank == 0 ? 1 : checked((int)Shape[0]);

    /// <summary>The tensor as it would be stored with the outputs first: its matrix is the transpose.</summary>
    internal MergeTensor WithOutputsFirst() => AreOutputsLast ? new MergeTensor(Name, new TensorShape([Shape[Shape.Rank - 1], .. Shape.Dimensions[..^1]])) : this;

    private int Rest(int dimension) => dimension == 0 ? 0 : checked((int)(Shape.ElementCount / dimension));
}
