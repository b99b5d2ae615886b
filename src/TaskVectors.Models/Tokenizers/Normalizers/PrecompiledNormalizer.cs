using System.Globalization;
using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>
/// SentencePiece's rules as <c>tokenizer.json</c> applies them: to each short grapheme cluster as a whole, else to its code points one by
/// one, and by the shortest rule that fits.
/// </summary>
internal sealed class PrecompiledNormalizer(CharacterMap map) : INormalizer
{
    private const int LongestCluster = 5;

    public AlignedText Normalize(AlignedText text)
    {
        var builder = new AlignedTextBuilder(text);
        ReadOnlySpan<int> points = text.Points;
        char[] units = new char[points.Length * 2];
        ReadOnlySpan<char> rest = units.AsSpan(0, CodePoints.Write(points, units));
        Span<byte> bytes = stackalloc byte[LongestCluster + 4];
        while (rest.Length > 0)
        {
            int cluster = StringInfo.GetNextTextElementLength(rest);
            int first = builder.Position;
            int count = Count(rest[..cluster]);
            ReadOnlySpan<int> whole = points.Slice(first, count);
            if (!TryReplace(builder, whole, bytes))
            {
                for (int index = 0; index < count; index++)
                {
                    if (!TryReplace(builder, whole.Slice(index, 1), bytes))
                    {
                        builder.Replace(whole[index]);
                    }
                }
            }

            rest = rest[cluster..];
        }

        return builder.ToText();
    }

    private static int Count(ReadOnlySpan<char> units)
    {
        int count = units.Length;
        foreach (char unit in units)
        {
            count -= char.IsLowSurrogate(unit) ? 1 : 0;
        }

        return count;
    }

    private bool TryReplace(AlignedTextBuilder builder, ReadOnlySpan<int> source, Span<byte> bytes)
    {
        int length = 0;
        foreach (int point in source)
        {
            if (length + CodePoints.Utf8Length(point) > LongestCluster)
            {
                return false;
            }

            length += CodePoints.WriteUtf8(point, bytes[length..]);
        }

        if (map.Find(bytes[..length], longest: false, out _) is not { } target)
        {
            return false;
        }

        Write(builder, source.Length, target);
        return true;
    }

    private static void Write(AlignedTextBuilder builder, int sourceLength, int[] target)
    {
        int common = Math.Min(sourceLength, target.Length);
        for (int index = 0; index < target.Length; index++)
        {
            if (index < common)
            {
                builder.Replace(target[index]);
            }
            else
            {
                builder.Insert(target[index]);
            }
        }

        builder.Skip(sourceLength - common);
    }
}
