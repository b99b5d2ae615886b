namespace TaskVectors.Merging.Kernels;

/// <summary>Tensors that a kernel merges together.</summary>
/// <param name="Tensors">The tensors; at least one.</param>
public sealed record MergeUnit(IReadOnlyList<MergeTensor> Tensors);
