using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>SentencePiece's own normalisation: the longest rule at each place, extra spaces out, a space before, spaces made visible.</summary>
internal sealed class SentencePieceNormalizer(CharacterMap? map, SentencePieceSpaces spaces) : INormalizer
{
    private const int VisibleSpace = 0x2581;

    private readonly int _space = spaces.Escape ? VisibleSpace : ' ';

    public AlignedText Normalize(AlignedText text)
    {
        var builder = new AlignedTextBuilder(text);
        byte[] bytes = new byte[text.Length * 4];
        int length = 0;
        foreach (int point in text.Points)
        {
            length += CodePoints.WriteUtf8(point, bytes.AsSpan(length));
        }

        ReadOnlySpan<byte> rest = bytes.AsSpan(0, length);
        bool atStart = true;
        bool afterSpace = spaces.RemoveExtra;
        while (builder.Position < text.Length)
        {
            ReadOnlySpan<int> target = Next(text, builder.Position, ref rest, out int consumed);
            if (atStart && spaces.RemoveExtra && target is [' '])
            {
                builder.Skip(consumed);
                continue;
            }

            bool prefix = atStart && spaces.AddPrefix && text.OriginalStart == 0;
            atStart = false;
            Write(builder, prefix, target, consumed, ref afterSpace);
        }

        return Trim(builder.ToText());
    }

    private ReadOnlySpan<int> Next(AlignedText text, int position, ref ReadOnlySpan<byte> rest, out int consumed)
    {
        if (map?.Find(rest, longest: true, out int bytes) is { } target)
        {
            consumed = 0;
            for (int taken = 0; taken < bytes; consumed++)
            {
                taken += CodePoints.Utf8Length(text.Points[position + consumed]);
            }

            rest = rest[bytes..];
            return target;
        }

        consumed = 1;
        rest = rest[CodePoints.Utf8Length(text.Points[position])..];
        return text.Points.Slice(position, 1);
    }

    private void Write(AlignedTextBuilder builder, bool prefix, ReadOnlySpan<int> target, int consumed, ref bool afterSpace)
    {
        while (afterSpace && target is [' ', ..])
        {
            target = target[1..];
        }

        int replaced = 0;
        if (prefix)
        {
            builder.Replace(_space);
            replaced = 1;
        }

        foreach (int point in target)
        {
            int written = point == ' ' ? _space : point;
            if (replaced < consumed)
            {
                builder.Replace(written);
                replaced++;
            }
            else
            {
                builder.Insert(written);
            }
        }

        builder.Skip(consumed - replaced);
        afterSpace = spaces.RemoveExtra && (target.Length == 0 ? afterSpace : target[^1] == ' ');
    }

    private AlignedText Trim(AlignedText text)
    {
        int end = text.Length;
        while (spaces.RemoveExtra && end > 0 && text.Points[end - 1] == _space)
        {
            end--;
        }

        return text.Slice(0, end);
    }
}
