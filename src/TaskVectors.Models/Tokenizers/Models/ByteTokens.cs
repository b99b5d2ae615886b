using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>The tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> that spell what a vocabulary lacks.</summary>
internal sealed class ByteTokens
{
    private readonly int[] _ids = new int[256];

    public ByteTokens(TokenVocabulary vocabulary)
    {
        for (int value = 0; value < 256; value++)
        {
            _ids[value] = vocabulary.ByteId((byte)value);
        }
    }

    /// <summary>Appends the ids of a text's bytes.</summary>
    /// <returns>Whether all exist; if not, nothing is appended.</returns>
    public bool TryAppend(ReadOnlySpan<int> points, List<int> ids)
    {
        int start = ids.Count;
        Span<byte> bytes = stackalloc byte[4];
        foreach (int point in points)
        {
            int length = CodePoints.WriteUtf8(point, bytes);
            for (int index = 0; index < length; index++)
            {
                if (_ids[bytes[index]] < 0)
                {
                    ids.RemoveRange(start, ids.Count - start);
                    return false;
                }

                ids.Add(_ids[bytes[index]]);
            }
        }

        return true;
    }
}
