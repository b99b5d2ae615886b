namespace TaskVectors.Models.Tokenizers.PostProcessors;

/// <summary>One after another.</summary>
internal sealed class PostProcessorSequence(IReadOnlyList<IPostProcessor> parts) : IPostProcessor
{
    public int AddedCount(bool isPair) => parts.Sum(part => part.AddedCount(isPair));

    public IReadOnlyList<EncodingDraft> Process(IReadOnlyList<EncodingDraft> encodings, bool addSpecialTokens) =>
        parts.Aggregate(encodings, (current, part) => part.Process(current, addSpecialTokens));
}
