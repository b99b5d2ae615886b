using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>Rewrites a text before it is cut into pieces.</summary>
internal interface INormalizer
{
    AlignedText Normalize(AlignedText text);
}
