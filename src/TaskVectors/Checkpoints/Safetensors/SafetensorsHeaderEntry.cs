using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>A tensor as the header states it, before anything is known to fit.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="DType">Its dtype.</param>
/// <param name="Shape">Its shape, or <see langword="null"/> when the elements exceed 2^63 - 1.</param>
/// <param name="Begin">The offset of its first byte from the start of the data.</param>
/// <param name="End">The offset of the byte after its last.</param>
internal readonly record struct SafetensorsHeaderEntry(string Name, DType DType, TensorShape? Shape, ulong Begin, ulong End);
