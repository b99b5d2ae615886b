using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>Writes every byte of the UTF-8 form as a printable code point (see <see cref="ByteAlphabet"/>).</summary>
internal sealed class ByteLevelNormalizer : INormalizer
{
    public AlignedText Normalize(AlignedText text) => ToBytes(text);

    public static AlignedText ToBytes(AlignedText text)
    {
        var builder = new AlignedTextBuilder(text);
        Span<byte> bytes = stackalloc byte[4];
        foreach (int point in text.Points)
        {
            int length = CodePoints.WriteUtf8(point, bytes);
            builder.Replace(ByteAlphabet.PointOf(bytes[0]));
            for (int index = 1; index < length; index++)
            {
                builder.Insert(ByteAlphabet.PointOf(bytes[index]));
            }
        }

        return builder.ToText();
    }
}
