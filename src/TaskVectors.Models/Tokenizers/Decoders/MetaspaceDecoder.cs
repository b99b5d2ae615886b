using TaskVectors.Models.Tokenizers.PreTokenizers;

namespace TaskVectors.Models.Tokenizers.Decoders;

/// <summary>Spaces for the visible character; those of the first token, which were put there, are left out.</summary>
internal sealed class MetaspaceDecoder(string replacement, PrependScheme scheme) : IDecoder
{
    public IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) =>
        [.. tokens.Select((token, index) => token.Replace(replacement, index == 0 && scheme != PrependScheme.Never ? "" : " ", StringComparison.Ordinal))];
}
