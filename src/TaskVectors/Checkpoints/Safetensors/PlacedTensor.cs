using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>A tensor and where its values lie in its file.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Offset">The offset of its first byte from the start of the file (not of the data).</param>
public readonly record struct PlacedTensor(TensorInfo Tensor, long Offset);
