using TaskVectors.Tensors;

namespace TaskVectors.Merging;

/// <summary>What a merge method knows of a tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape.</param>
public sealed record MergeTensor(string Name, TensorShape Shape)
{
    /// <summary>Whether it has exactly two dimensions.</summary>
    public bool IsMatrix => Shape.Rank == 2;

    /// <summary>The rows of the tensor as a matrix: its first dimension; 1 for a scalar.</summary>
    public int Rows => Shape.Rank == 0 ? 1 : checked((int)Shape[0]);

    /// <summary>The columns of the tensor as a matrix: the product of all other dimensions.</summary>
    public int Columns => Rows == 0 ? 0 : checked((int)(Shape.ElementCount / Rows));

    /// <summary>The elements of a row for methods that work row by row: all dimensions but the first; a tensor of one dimension is one row.</summary>
    public long RowLength => Shape.Rank < 2 || Shape[0] == 0 ? Shape.ElementCount : Shape.ElementCount / Shape[0];
}
