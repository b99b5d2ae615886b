using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Generation;

/// <summary>What T5's decoder says of a source.</summary>
internal sealed class T5Decoding(T5Model model, ModelInputs source, int capacity) : IDecoding
{
    private readonly T5Cache _cache = model.CreateCache(source, capacity);

    public Tensor Next(IndexTensor ids, IndexTensor mask, IndexTensor positions) => model.NextTokenLogits(ids, _cache);

    public void Dispose() => _cache.Dispose();
}
