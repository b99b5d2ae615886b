using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Generation;

/// <summary>Sequences of a causal language model.</summary>
internal sealed class CausalDecoding(CausalLanguageModel model, int batch, int capacity) : IDecoding
{
    private readonly KeyValueCache _cache = model.CreateCache(batch, capacity);

    public Tensor Next(IndexTensor ids, IndexTensor mask, IndexTensor positions) => model.NextTokenLogits(ids, mask, positions, _cache);

    public void Dispose() => _cache.Dispose();
}
