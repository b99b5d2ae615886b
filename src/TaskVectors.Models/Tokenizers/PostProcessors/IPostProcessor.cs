namespace TaskVectors.Models.Tokenizers.PostProcessors;

/// <summary>Completes encodings: trims offsets, adds special tokens.</summary>
internal interface IPostProcessor
{
    /// <summary>How many tokens it adds.</summary>
    int AddedCount(bool isPair);

    /// <summary>Completes the encodings of one text or two, which are then joined.</summary>
    IReadOnlyList<EncodingDraft> Process(IReadOnlyList<EncodingDraft> encodings, bool addSpecialTokens);
}
