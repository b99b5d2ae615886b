using System.Text;
using TaskVectors.Models.Tokenizers.Models;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>What a SentencePiece model file holds (sentencepiece_model.proto).</summary>
internal sealed class SentencePieceModel
{
    private SentencePieceModel()
    {
    }

    public List<SentencePieceEntry> Entries { get; } = [];

    /// <summary>Whether it is a BPE model; else unigram.</summary>
    public bool IsBpe { get; private set; }

    public bool ByteFallback { get; private set; }

    public bool AddDummyPrefix { get; private set; } = true;

    public bool RemoveExtraWhitespace { get; private set; } = true;

    public bool EscapeWhitespace { get; private set; } = true;

    public byte[] CharacterMap { get; private set; } = [];

    public static SentencePieceModel Parse(ReadOnlySpan<byte> file)
    {
        var model = new SentencePieceModel();
        var reader = new ProtobufReader(file);
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

        if (model.Entries.Count is 0 or > TokenVocabulary.MaximumId)
        {
            throw new TokenizerException("tokenizer.malformed", $"The SentencePiece model has {model.Entries.Count} tokens. Is it the right file?");
        }

        return model;
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

        Entries.Add(entry);
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
                IsBpe = reader.Number switch
                {
                    1 => false,
                    2 => true,
                    _ => throw new TokenizerException(
                        "tokenizer.unknown", "The SentencePiece model splits into words or characters; only unigram and BPE models are supported."),
                };
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
                    CharacterMap = reader.Bytes.ToArray();
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
