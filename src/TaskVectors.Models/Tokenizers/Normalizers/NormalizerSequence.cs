using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>One normaliser after another.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> parts) : INormalizer
{
    public AlignedText Normalize(AlignedText text) => parts.Aggregate(text, (current, part) => part.Normalize(current));
}
