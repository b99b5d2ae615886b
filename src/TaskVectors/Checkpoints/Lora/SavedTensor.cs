using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>A full copy of a fine-tuned tensor, as an adapter stores it for its <c>modules_to_save</c>.</summary>
/// <param name="Tensor">The tensor, under the base's name.</param>
/// <param name="Values">Its values, little-endian and row-major.</param>
public sealed record SavedTensor(TensorInfo Tensor, ReadOnlyMemory<byte> Values);
