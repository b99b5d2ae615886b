using System.Collections.Immutable;
using TaskVectors.Tensors;

namespace TaskVectors.Tokenizers;

/// <summary>A tensor whose rows are put into the order of another vocabulary.</summary>
/// <param name="Output">Its name, dtype and new shape.</param>
/// <param name="Tensors">The tensor of each model that goes with it; <see langword="null"/> for models that have none.</param>
internal sealed record AlignedRows(TensorInfo Output, ImmutableArray<TensorInfo?> Tensors)
{
    /// <summary>The elements of a row.</summary>
    public int RowLength(int rows) => checked((int)(Output.ElementCount / Math.Max(1, rows)));
}
