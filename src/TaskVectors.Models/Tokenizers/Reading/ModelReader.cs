using TaskVectors.Models.Tokenizers.Models;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>Reads the part <c>model</c>.</summary>
internal static class ModelReader
{
    private const int LongestAffix = 64;

    public static ITokenModel Read(JsonNode node)
    {
        string type = node["type"].OptionalText() ?? Guess(node);
        return type switch
        {
            "BPE" => ReadBpe(node),
            "WordPiece" => new WordPieceModel(
                ReadVocabulary(node["vocab"]),
                node["unk_token"].OptionalText() ?? "[UNK]",
                ReadAffix(node["continuing_subword_prefix"], "##"),
                node["max_input_chars_per_word"].OptionalInteger() ?? 100),
            "WordLevel" => new WordLevelModel(ReadVocabulary(node["vocab"]), node["unk_token"].OptionalText() ?? "<unk>"),
            "Unigram" => ReadUnigram(node),
            _ => throw node["type"].Wrong($"names the model '{type}', which is not known: BPE, Unigram, WordPiece and WordLevel are"),
        };
    }

    /// <summary>Old files do not name their model.</summary>
    private static string Guess(JsonNode node) =>
        node["vocab"].IsArray ? "Unigram"
        : !node["merges"].IsNull ? "BPE"
        : !node["continuing_subword_prefix"].IsNull ? "WordPiece"
        : throw node["type"].Wrong("is missing");

    private static TokenVocabulary ReadVocabulary(JsonNode node)
    {
        var vocabulary = new TokenVocabulary();
        foreach ((string token, JsonNode id) in node.Members())
        {
            vocabulary.Add(token, id.Integer());
        }

        return vocabulary;
    }

    private static string ReadAffix(JsonNode node, string fallback)
    {
        string affix = node.OptionalText() ?? fallback;
        return affix.Length <= LongestAffix ? affix : throw node.Wrong($"must have at most {LongestAffix} characters");
    }

    private static BpeModel ReadBpe(JsonNode node)
    {
        TokenVocabulary vocabulary = ReadVocabulary(node["vocab"]);
        string prefix = ReadAffix(node["continuing_subword_prefix"], "");
        var merges = BpeMerges.Create([.. node["merges"].Items().Select(ReadMerge)], vocabulary, prefix);
        return new BpeModel(vocabulary, merges, new BpeOptions
        {
            Unknown = node["unk_token"].OptionalText(),
            ContinuationPrefix = prefix,
            EndOfWordSuffix = ReadAffix(node["end_of_word_suffix"], ""),
            FuseUnknown = node["fuse_unk"].Flag(false),
            ByteFallback = node["byte_fallback"].Flag(false),
            IgnoreMerges = node["ignore_merges"].Flag(false),
        });
    }

    private static (string Left, string Right) ReadMerge(JsonNode node)
    {
        string[] parts = node.IsString ? node.Text().Split(' ') : [.. node.Items().Select(item => item.Text())];
        return parts.Length == 2 ? (parts[0], parts[1]) : throw node.Wrong("must be two tokens");
    }

    private static UnigramModel ReadUnigram(JsonNode node)
    {
        var vocabulary = new TokenVocabulary();
        var scores = new List<double>();
        foreach (JsonNode item in node["vocab"].Items())
        {
            JsonNode[] entry = [.. item.Items()];
            if (entry.Length != 2)
            {
                throw item.Wrong("must be a token and its score");
            }

            vocabulary.Add(entry[0].Text(), scores.Count);
            scores.Add(entry[1].Number());
        }

        int? unknown = node["unk_id"].OptionalInteger();
        if (unknown is { } id && (id < 0 || id >= scores.Count))
        {
            throw node["unk_id"].Wrong($"must be one of the {scores.Count} tokens");
        }

        return new UnigramModel(
            vocabulary, [.. scores], new UnigramOptions { UnknownId = unknown, ByteFallback = node["byte_fallback"].Flag(false) });
    }
}
