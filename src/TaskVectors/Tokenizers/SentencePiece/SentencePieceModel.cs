using System.Text;

namespace TaskVectors.Tokenizers.SentencePiece;

/// <summary>What a SentencePiece model file, such as <c>tokenizer.model</c>, holds (sentencepiece_model.proto).</summary>
public sealed class SentencePieceModel
{
    private readonly List<SentencePieceEntry> _entries = [];
    private byte[] _characterMap = [];

    private SentencePieceModel()
    {
    }

    /// <summary>The entries in the order of their numbers, at least one.</summary>
    public IReadOnlyList<SentencePieceEntry> Entries => _entries;

    /// <summary>How texts are cut.</summary>
    public SentencePieceAlgorithm Algorithm { get; private set; } = SentencePieceAlgorithm.Unigram;

    /// <summary>Whether what no piece covers becomes bytes.</summary>
    public bool ByteFallback { get; private set; }

    /// <summary>Whether texts get a space in front.</summary>
    public bool AddDummyPrefix { get; private set; } = true;

    /// <summary>Whether spaces at the ends and all but one of several are dropped.</summary>
    public bool RemoveExtraWhitespace { get; private set; } = true;

    /// <summary>Whether spaces become U+2581.</summary>
    public bool EscapeWhitespace { get; private set; } = true;

    /// <summary>The compiled map of characters to their normal forms; empty for none.</summary>
    public ReadOnlyMemory<byte> CharacterMap => _characterMap;

    /// <summary>Reads a model.</summary>
    /// <param name="file">The file, as messages name it.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="TokenizerException">It is truncated, has no entries, or is no such file.</exception>
    public static SentencePieceModel Parse(string file, ReadOnlySpan<byte> content)
    {
        try
        {
            return Parse(content);
        }
        catch (InvalidDataException error)
        {
            throw new TokenizerException(TokenizerError.InvalidFile, file, error.Message, error);
        }
    }

    private static SentencePieceModel Parse(ReadOnlySpan<byte> content)
    {
        var model = new SentencePieceModel();
        var reader = new ProtobufReader(content);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    model.ReadEntry(reader.Bytes);
                    break;
                case 2:
                    model.ReadTrainer(reader.Bytes);
                    break;
                case 3:
                    model.ReadNormalizer(reader.Bytes);
                    break;
            }
        }

        return model._entries.Count > 0 ? model : throw new InvalidDataException("the SentencePiece model has no tokens. Is it the right file?");
    }

    private void ReadEntry(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        var entry = new SentencePieceEntry("", 0, SentencePieceKind.Normal);
        while (reader.Read())
        {
            entry = reader.Field switch
            {
                1 => entry with { Text = Encoding.UTF8.GetString(reader.Bytes) },
                2 => entry with { Score = float.IsFinite(reader.Single) ? reader.Single : 0 },
                3 => entry with { Kind = (SentencePieceKind)Math.Min(reader.Number, int.MaxValue) },
                _ => entry,
            };
        }

        _entries.Add(entry);
    }

    private void ReadTrainer(ReadOnlySpan<byte> message)
    {
        const int modelType = 3;
        const int byteFallback = 35;
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == modelType)
            {
                Algorithm = reader.Number is >= 1 and <= 4 ? (SentencePieceAlgorithm)reader.Number : throw new InvalidDataException("the SentencePiece model is of an unknown kind.");
            }
            else if (reader.Field == byteFallback)
            {
                ByteFallback = reader.Number != 0;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 2:
                    _characterMap = reader.Bytes.ToArray();
                    break;
                case 3:
                    AddDummyPrefix = reader.Number != 0;
                    break;
                case 4:
                    RemoveExtraWhitespace = reader.Number != 0;
                    break;
                case 5:
                    EscapeWhitespace = reader.Number != 0;
                    break;
            }
        }
    }
}
