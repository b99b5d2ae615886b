namespace TaskVectors.Models.Autograd;

/// <summary>One operation on the tape.</summary>
/// <param name="Output">What it made.</param>
/// <param name="Backward">Adds, to the gradients of its inputs, what the gradient of the output means for them.</param>
/// <param name="Saved">Tensors kept for the backward pass alone.</param>
internal sealed record TapeNode(Tensor Output, Action<Tensor> Backward, Tensor[] Saved);
