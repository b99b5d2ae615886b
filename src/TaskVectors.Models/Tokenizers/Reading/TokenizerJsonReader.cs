using TaskVectors.Models.Tokenizers.Normalizers;
using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>Reads <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonReader
{
    public static Tokenizer Read(JsonNode root)
    {
        INormalizer? normalizer = NormalizerReader.Read(root["normalizer"]);
        return new Tokenizer(new TokenizerParts
        {
            Model = ModelReader.Read(root["model"]),
            AddedTokens = new AddedTokenSet(ReadAddedTokens(root["added_tokens"]), normalizer),
            PreTokenizer = PreTokenizerReader.Read(root["pre_tokenizer"]),
            PostProcessor = PostProcessorReader.Read(root["post_processor"]),
            Decoder = DecoderReader.Read(root["decoder"]),
            Truncation = ReadTruncation(root["truncation"]),
            Padding = ReadPadding(root["padding"]),
        });
    }

    /// <summary>A side, written <c>Left</c> or <c>Right</c>.</summary>
    private static TokenSide ReadSide(JsonNode node) => node.OptionalText() switch
    {
        null or "Right" or "right" => TokenSide.Right,
        "Left" or "left" => TokenSide.Left,
        _ => throw node.Wrong("must be Left or Right"),
    };

    private static List<AddedToken> ReadAddedTokens(JsonNode node) => node.IsNull ? [] :
    [
        .. node.Items().Select(item => new AddedToken
        {
            Id = item["id"].Integer() is var id and >= 0 and <= Models.TokenVocabulary.MaximumId ? id : throw item["id"].Wrong("is out of range"),
            Content = item["content"].Text(),
            SingleWord = item["single_word"].Flag(false),
            StripsLeft = item["lstrip"].Flag(false),
            StripsRight = item["rstrip"].Flag(false),
            IsSpecial = item["special"].Flag(false),
            IsNormalized = item["normalized"].Flag(!item["special"].Flag(false)),
        }),
    ];

    private static TokenizerTruncation? ReadTruncation(JsonNode node) => node.IsNull ? null : new TokenizerTruncation
    {
        MaximumLength = ReadCount(node["max_length"]),
        Stride = node["stride"].IsNull ? 0 : ReadCount(node["stride"]),
        Side = ReadSide(node["direction"]),
        Strategy = node["strategy"].OptionalText() switch
        {
            null or "LongestFirst" => TruncationStrategy.LongestFirst,
            "OnlyFirst" => TruncationStrategy.OnlyFirst,
            "OnlySecond" => TruncationStrategy.OnlySecond,
            _ => throw node["strategy"].Wrong("must be LongestFirst, OnlyFirst or OnlySecond"),
        },
    };

    private static int ReadCount(JsonNode node) => node.Integer() is var count and >= 0 ? count : throw node.Wrong("must not be negative");

    private static TokenizerPadding? ReadPadding(JsonNode node)
    {
        if (node.IsNull)
        {
            return null;
        }

        JsonNode strategy = node["strategy"];
        bool longest = strategy.IsNull || (strategy.IsString && strategy.Text() == "BatchLongest");
        return new TokenizerPadding
        {
            Id = node["pad_id"].Integer(),
            Token = node["pad_token"].Text(),
            TypeId = node["pad_type_id"].OptionalInteger() ?? 0,
            Length = longest ? null : ReadCount(strategy["Fixed"]),
            MultipleOf = node["pad_to_multiple_of"].OptionalInteger(),
            Side = ReadSide(node["direction"]),
        };
    }
}
