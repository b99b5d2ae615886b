namespace TaskVectors.Models.Tokenizers.PostProcessors;

/// <summary>Tokens of a text, and the windows that truncation cut off.</summary>
internal sealed class EncodingDraft(List<EncodedToken> tokens)
{
    public List<EncodedToken> Tokens { get; private set; } = tokens;

    public List<EncodingDraft> Overflow { get; private set; } = [];

    /// <summary>Changes every token, also those cut off.</summary>
    public void Update(Func<EncodedToken, int, EncodedToken> update)
    {
        for (int index = 0; index < Tokens.Count; index++)
        {
            Tokens[index] = update(Tokens[index], index);
        }

        foreach (EncodingDraft window in Overflow)
        {
            window.Update(update);
        }
    }

    /// <summary>This encoding followed by another; every window of one is joined to every window of the other.</summary>
    public EncodingDraft Join(EncodingDraft other)
    {
        var joined = new EncodingDraft([.. Tokens, .. other.Tokens]);
        foreach (EncodingDraft window in Overflow)
        {
            joined.Overflow.Add(new EncodingDraft([.. window.Tokens, .. other.Tokens]));
            joined.Overflow.AddRange(other.Overflow.Select(after => new EncodingDraft([.. window.Tokens, .. after.Tokens])));
        }

        joined.Overflow.AddRange(other.Overflow.Select(after => new EncodingDraft([.. Tokens, .. after.Tokens])));
        return joined;
    }

    /// <summary>Keeps <paramref name="length"/> tokens; the rest goes into windows that overlap by <paramref name="stride"/> tokens.</summary>
    public void Truncate(int length, int stride, TokenSide side)
    {
        int count = Tokens.Count;
        if (length >= count)
        {
            return;
        }

        if (length == 0)
        {
            Overflow = [new EncodingDraft(Tokens)];
            Tokens = [];
            return;
        }

        if (stride >= length)
        {
            throw new TokenizerException(
                "tokenizer.truncation",
                $"A stride of {stride} does not fit windows of {length} tokens (special tokens not counted). Use a smaller stride or longer windows.");
        }

        List<EncodingDraft> windows = [.. Windows(count, length, length - stride, side)
            .Select(window => new EncodingDraft(Tokens.GetRange(window.Start, window.End - window.Start)))];
        Tokens = windows[0].Tokens;
        Overflow = windows[1..];
    }

    private static IEnumerable<TextSpan> Windows(int count, int length, int step, TokenSide side)
    {
        if (side == TokenSide.Right)
        {
            for (int start = 0; start < count; start += step)
            {
                int end = Math.Min(start + length, count);
                yield return new TextSpan(start, end);
                if (end == count)
                {
                    yield break;
                }
            }
        }
        else
        {
            for (int end = count; end > 0; end -= step)
            {
                int start = Math.Max(end - length, 0);
                yield return new TextSpan(start, end);
                if (start == 0)
                {
                    yield break;
                }
            }
        }
    }
}
