namespace TaskVectors.Models.Tokenizers.Decoders;

/// <summary>Spaces for the suffix that ends words; none after the last.</summary>
internal sealed class SuffixDecoder(string suffix) : IDecoder
{
    public IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) => suffix.Length == 0
        ? tokens
        : [.. tokens.Select((token, index) => token.Replace(suffix, index == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal))];
}
