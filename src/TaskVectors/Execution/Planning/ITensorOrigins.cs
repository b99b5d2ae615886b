using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Planning;

/// <summary>A computed source some of whose tensors are those of other sources as they are, under other names.</summary>
internal interface ITensorOrigins
{
    /// <summary>Finds where a tensor comes from.</summary>
    /// <param name="name">Its name here.</param>
    /// <param name="source">The source that holds it.</param>
    /// <param name="tensor">The tensor there.</param>
    /// <returns>Whether it is one of another source.</returns>
    bool TryFindOrigin(string name, out CheckpointSource source, out TensorInfo tensor);
}
