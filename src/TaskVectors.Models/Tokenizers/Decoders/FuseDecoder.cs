namespace TaskVectors.Models.Tokenizers.Decoders;

/// <summary>One text of all tokens.</summary>
internal sealed class FuseDecoder : IDecoder
{
    public IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) => [string.Concat(tokens)];
}
