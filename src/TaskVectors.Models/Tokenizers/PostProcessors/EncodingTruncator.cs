namespace TaskVectors.Models.Tokenizers.PostProcessors;

/// <summary>Shortens one text or two to a length.</summary>
internal static class EncodingTruncator
{
    /// <summary>Shortens texts so that, with the tokens still to be added, they have at most the maximum length.</summary>
    public static void Truncate(IReadOnlyList<EncodingDraft> drafts, TokenizerTruncation truncation, int added)
    {
        int maximum = truncation.MaximumLength - added;
        if (maximum < 0)
        {
            throw new TokenizerException(
                "tokenizer.truncation",
                $"A maximum length of {truncation.MaximumLength} leaves no room for the {added} special tokens. Use a larger one.");
        }

        int total = drafts.Sum(draft => draft.Tokens.Count);
        if (maximum > 0 && total <= maximum)
        {
            return;
        }

        int[] lengths = maximum == 0 ? new int[drafts.Count] : Lengths(drafts, truncation.Strategy, maximum, total - maximum);
        for (int index = 0; index < drafts.Count; index++)
        {
            drafts[index].Truncate(lengths[index], truncation.Stride, truncation.Side);
        }
    }

    private static int[] Lengths(IReadOnlyList<EncodingDraft> drafts, TruncationStrategy strategy, int maximum, int excess)
    {
        int[] lengths = [.. drafts.Select(draft => draft.Tokens.Count)];
        if (strategy == TruncationStrategy.LongestFirst)
        {
            return lengths.Length == 1 ? [maximum] : Share(lengths[0], lengths[1], maximum);
        }

        int target = strategy == TruncationStrategy.OnlyFirst ? 0 : 1;
        if (target >= lengths.Length)
        {
            throw new TokenizerException(
                "tokenizer.truncation", "Only the second text may be shortened, but there is none. Use another strategy.");
        }

        if (lengths[target] <= excess)
        {
            throw new TokenizerException(
                "tokenizer.truncation",
                $"The text that may be shortened has {lengths[target]} tokens, too few to take away {excess}. "
                + "Use a larger maximum length, or the strategy that shortens the longest.");
        }

        lengths[target] -= excess;
        return lengths;
    }

    private static int[] Share(int first, int second, int maximum)
    {
        bool swap = first > second;
        int shorter = Math.Min(first, second);
        int longer = shorter > maximum ? shorter : Math.Max(shorter, maximum - shorter);
        if (shorter + longer > maximum)
        {
            shorter = maximum / 2;
            longer = shorter + (maximum % 2);
        }

        return swap ? [longer, shorter] : [shorter, longer];
    }
}
