using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Arrangement;

/// <summary>Where a tensor of an arranged checkpoint comes from.</summary>
/// <param name="Output">Its name, dtype and shape in the arrangement.</param>
/// <param name="Source">The checkpoint that holds it.</param>
/// <param name="Tensor">The tensor there.</param>
internal sealed record TensorOrigin(TensorInfo Output, CheckpointSource Source, TensorInfo Tensor)
{
    /// <summary>A tensor under another name.</summary>
    public static TensorOrigin Renamed(string name, CheckpointSource source, TensorInfo tensor) => new(tensor with { Name = name }, source, tensor);
}
