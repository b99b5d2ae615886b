using TaskVectors.Models.Tokenizers.Normalizers;
using TaskVectors.Models.Tokenizers.Patterns;
using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.Decoders;

/// <summary>Puts a text in place of every match in each token.</summary>
internal sealed class ReplaceDecoder(IPattern pattern, string content) : IDecoder
{
    private readonly ReplaceNormalizer _replace = new(pattern, content);

    public IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) =>
        [.. tokens.Select(token => _replace.Normalize(new AlignedText(token)).ToString())];
}
