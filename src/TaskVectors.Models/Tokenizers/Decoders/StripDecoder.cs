namespace TaskVectors.Models.Tokenizers.Decoders;

/// <summary>Takes at most so many of a character from the ends of each token.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : IDecoder
{
    public IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) => [.. tokens.Select(Strip)];

    private string Strip(string token)
    {
        for (int count = 0; count < start && content.Length > 0 && token.StartsWith(content, StringComparison.Ordinal); count++)
        {
            token = token[content.Length..];
        }

        for (int count = 0; count < stop && content.Length > 0 && token.EndsWith(content, StringComparison.Ordinal); count++)
        {
            token = token[..^content.Length];
        }

        return token;
    }
}
