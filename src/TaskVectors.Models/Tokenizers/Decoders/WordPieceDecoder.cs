namespace TaskVectors.Models.Tokenizers.Decoders;

/// <summary>Joins continuations to their words and, as an option, punctuation to the word before.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : IDecoder
{
    private static readonly (string From, string To)[] Cleanups =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) => [.. tokens.Select(DecodeOne)];

    private string DecodeOne(string token, int index)
    {
        if (index > 0)
        {
            token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : $" {token}";
        }

        if (cleanup)
        {
            foreach ((string from, string to) in Cleanups)
            {
                token = token.Replace(from, to, StringComparison.Ordinal);
            }
        }

        return token;
    }
}
