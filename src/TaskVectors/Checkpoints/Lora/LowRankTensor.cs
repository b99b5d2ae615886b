using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>A low-rank change of one tensor, as it is written to an adapter.</summary>
/// <param name="Name">The name of the base's tensor; it ends in <c>.weight</c>.</param>
/// <param name="Factors">The change in the layout of the tensor; a convolution as [out, rest].</param>
/// <param name="Kind">How the factors lie in the weight.</param>
/// <param name="Shape">The shape of the weight, needed for a convolution; [rows, columns] of the factors where absent.</param>
public sealed record LowRankTensor(string Name, LowRankFactors Factors, LoraLayerKind Kind = LoraLayerKind.Linear, TensorShape? Shape = null);
