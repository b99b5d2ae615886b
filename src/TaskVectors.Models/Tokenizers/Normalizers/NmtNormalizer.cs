using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>The cleaning of SentencePiece's <c>nmt</c> rules: some controls out, some separators to spaces.</summary>
internal sealed class NmtNormalizer : INormalizer
{
    private readonly FilterNormalizer _filter = new(
        point => point is (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F,
        point => point is 9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD
            ? ' '
            : point);

    public AlignedText Normalize(AlignedText text) => _filter.Normalize(text);
}
