using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Generation;

/// <summary>A batch of sequences that grow, as a model with a cache sees them.</summary>
internal interface IDecoding : IDisposable
{
    /// <summary>The scores of the token after the given ones, [batch, vocabulary].</summary>
    /// <param name="ids">[batch, n]: the tokens that are new since the last call.</param>
    /// <param name="mask">[batch, all so far].</param>
    /// <param name="positions">[batch, n].</param>
    Tensor Next(IndexTensor ids, IndexTensor mask, IndexTensor positions);
}
