using TaskVectors.Models.Tokenizers.PostProcessors;

namespace TaskVectors.Models.Tokenizers;

/// <summary>The tokens of a text or pair. All lists are equally long.</summary>
public sealed class TokenizerEncoding
{
    internal TokenizerEncoding(EncodingDraft draft)
    {
        List<EncodedToken> tokens = draft.Tokens;
        Ids = [.. tokens.Select(token => token.Id)];
        Tokens = [.. tokens.Select(token => token.Text)];
        Offsets = [.. tokens.Select(token => token.Span)];
        TypeIds = [.. tokens.Select(token => token.TypeId)];
        SpecialTokensMask = [.. tokens.Select(token => token.IsSpecial ? 1 : 0)];
        AttentionMask = [.. tokens.Select(token => token.IsPadding ? 0 : 1)];
        SequenceIds = [.. tokens.Select(token => token.SequenceId)];
        Overflow = [.. draft.Overflow.Select(window => new TokenizerEncoding(window))];
    }

    /// <summary>The ids that a model takes.</summary>
    public IReadOnlyList<int> Ids { get; }

    /// <summary>What the tokens are called.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>The stretch of its text that each token covers, in code points; (0, 0) for special tokens and padding.</summary>
    public IReadOnlyList<TextSpan> Offsets { get; }

    /// <summary>Segment numbers.</summary>
    public IReadOnlyList<int> TypeIds { get; }

    /// <summary>1 for tokens that a template or padding added.</summary>
    public IReadOnlyList<int> SpecialTokensMask { get; }

    /// <summary>0 for padding.</summary>
    public IReadOnlyList<int> AttentionMask { get; }

    /// <summary>0 for tokens of the text, 1 for those of the pair's second, -1 for added ones.</summary>
    public IReadOnlyList<int> SequenceIds { get; }

    /// <summary>The windows that truncation cut off, in order.</summary>
    public IReadOnlyList<TokenizerEncoding> Overflow { get; }
}
