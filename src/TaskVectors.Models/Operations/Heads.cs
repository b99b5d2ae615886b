using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Operations;

/// <summary>Attention heads within the last dimension of a tensor: nothing is copied to separate them.</summary>
/// <param name="Tensor">[batch, n, width].</param>
/// <param name="Count">The number of heads.</param>
/// <param name="Size">Elements a head.</param>
/// <param name="Offset">Where the first head starts in the last dimension.</param>
/// <param name="Limit">How many of the n there are, where memory is larger than what has been filled; null for all.</param>
public readonly record struct Heads(Tensor Tensor, int Count, int Size, int Offset = 0, int? Limit = null)
{
    internal int Batch => Tensor.Size(0);

    internal int Length => Limit ?? Tensor.Size(1);

    internal MatrixView Rows(int batch, int head, int start, int count) => View(Tensor, batch, head, start, count);

    internal MatrixView View(Tensor memory, int batch, int head, int start, int count)
    {
        int width = Tensor.Size(2);
        return new MatrixView(memory, (((batch * Tensor.Size(1)) + start) * width) + Offset + (head * Size), count, Size, width);
    }
}
