using System.Text;

namespace TaskVectors.Tests.Tokenizers;

/// <summary>Writes small SentencePiece models of the BPE kind.</summary>
internal static class SentencePieceFile
{
    /// <summary>The bytes of a model. Pieces in angle brackets are the unknown token, bytes, or control tokens; those in square ones are the user's.</summary>
    public static byte[] Make(params IEnumerable<string> pieces)
    {
        var file = new List<byte>();
        int place = 0;
        foreach (string piece in pieces)
        {
            byte[] text = Encoding.UTF8.GetBytes(piece);
            byte[] entry = [0x0A, (byte)text.Length, .. text, 0x15, .. BitConverter.GetBytes(-(float)place++), 0x18, KindOf(piece)];
            file.AddRange([0x0A, (byte)entry.Length, .. entry]);
        }

        // The trainer's settings: model_type = 2, BPE.
        file.AddRange([0x12, 2, 0x18, 2]);
        return [.. file];
    }

    private static byte KindOf(string piece) => piece switch
    {
        "<unk>" => 2,
        ['<', '0', 'x', ..] => 6,
        ['<', ..] => 3,
        ['[', ..] => 4,
        _ => 1,
    };
}
