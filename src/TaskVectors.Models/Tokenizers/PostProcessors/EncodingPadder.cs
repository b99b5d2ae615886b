namespace TaskVectors.Models.Tokenizers.PostProcessors;

/// <summary>Makes encodings equally long.</summary>
internal static class EncodingPadder
{
    private const int MaximumLength = 1 << 24;

    public static void Pad(IReadOnlyList<EncodingDraft> drafts, TokenizerPadding padding)
    {
        long length = padding.Length ?? drafts.Select(draft => draft.Tokens.Count).DefaultIfEmpty(0).Max();
        if (padding.MultipleOf is int multiple and > 0 && length % multiple != 0)
        {
            length += multiple - (length % multiple);
        }

        if (length > MaximumLength)
        {
            throw new TokenizerException(
                "tokenizer.padding", $"A padded length of {length} is too large. At most {MaximumLength} tokens are possible.");
        }

        foreach (EncodingDraft draft in drafts)
        {
            Pad(draft, (int)length, padding);
        }
    }

    private static void Pad(EncodingDraft draft, int length, TokenizerPadding padding)
    {
        foreach (EncodingDraft window in draft.Overflow)
        {
            Pad(window, length, padding);
        }

        int missing = length - draft.Tokens.Count;
        if (missing <= 0)
        {
            return;
        }

        var token = new EncodedToken(padding.Id, padding.Token, default, padding.TypeId, -1, IsSpecial: true, IsPadding: true);
        draft.Tokens.InsertRange(padding.Side == TokenSide.Left ? 0 : draft.Tokens.Count, Enumerable.Repeat(token, missing));
    }
}
