using System.Buffers.Binary;
using System.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>
/// SentencePiece's precompiled normalisation rules: a double-array trie (darts) over UTF-8, followed by the replacements, each ended by a zero byte.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _texts;

    /// <summary>Reads the map.</summary>
    /// <exception cref="TokenizerException">The sizes do not agree.</exception>
    public CharacterMap(ReadOnlySpan<byte> blob)
    {
        uint size = blob.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(blob);
        if (blob.Length < 8 || size > blob.Length - 4 || size % 4 != 0 || size == 0)
        {
            throw new TokenizerException(
                "tokenizer.malformed", "The precompiled character map is truncated or not one. Download the tokenizer's file again.");
        }

        _units = new uint[size / 4];
        for (int index = 0; index < _units.Length; index++)
        {
            _units[index] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(4 + (index * 4))..]);
        }

        _texts = blob[(4 + (int)size)..].ToArray();
    }

    /// <summary>Finds rules whose source begins the text.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="longest">The longest source, or else the shortest.</param>
    /// <param name="length">The source's length in bytes.</param>
    /// <returns>The replacement, or <see langword="null"/>.</returns>
    public int[]? Find(ReadOnlySpan<byte> text, bool longest, out int length)
    {
        length = 0;
        long offset = -1;
        long node = Offset(_units[0]);
        for (int index = 0; index < text.Length; index++)
        {
            node ^= text[index];
            if (text[index] == 0 || node >= _units.Length || Label(_units[node]) != text[index])
            {
                break;
            }

            uint unit = _units[node];
            node ^= Offset(unit);
            if ((unit & 0x100) != 0 && node < _units.Length)
            {
                offset = _units[node] & 0x7FFFFFFF;
                length = index + 1;
                if (!longest)
                {
                    break;
                }
            }
        }

        return offset < 0 || offset >= _texts.Length ? null : TextAt((int)offset);
    }

    private static uint Label(uint unit) => unit & 0x800000FF;

    private static long Offset(uint unit) => (long)(unit >> 10) << (int)((unit & 0x200) >> 6);

    private int[] TextAt(int offset)
    {
        ReadOnlySpan<byte> rest = _texts.AsSpan(offset);
        int end = rest.IndexOf((byte)0);
        return CodePoints.Of(Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]));
    }
}
