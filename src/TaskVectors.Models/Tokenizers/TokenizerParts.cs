using TaskVectors.Models.Tokenizers.Decoders;
using TaskVectors.Models.Tokenizers.Models;
using TaskVectors.Models.Tokenizers.PostProcessors;
using TaskVectors.Models.Tokenizers.PreTokenizers;
using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers;

/// <summary>What a tokenizer is made of.</summary>
internal sealed record TokenizerParts
{
    public required ITokenModel Model { get; init; }

    public required AddedTokenSet AddedTokens { get; init; }

    public IPreTokenizer? PreTokenizer { get; init; }

    public IPostProcessor? PostProcessor { get; init; }

    public IDecoder? Decoder { get; init; }

    public TokenizerTruncation? Truncation { get; init; }

    public TokenizerPadding? Padding { get; init; }
}
