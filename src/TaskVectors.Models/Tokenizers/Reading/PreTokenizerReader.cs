using TaskVectors.Models.Tokenizers.Patterns;
using TaskVectors.Models.Tokenizers.PreTokenizers;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>Reads the part <c>pre_tokenizer</c>.</summary>
internal static class PreTokenizerReader
{
    public static IPreTokenizer? Read(JsonNode node) => node.IsNull ? null : ReadOne(node);

    public static PrependScheme ReadScheme(JsonNode node)
    {
        JsonNode scheme = node["prepend_scheme"];
        return scheme.OptionalText() switch
        {
            null => node["add_prefix_space"].Flag(true) ? PrependScheme.Always : PrependScheme.Never,
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw scheme.Wrong("must be always, first or never"),
        };
    }

    private static IPreTokenizer ReadOne(JsonNode node) => node["type"].Text() switch
    {
        "Sequence" => new PreTokenizerSequence([.. node["pretokenizers"].Items().Select(ReadOne)]),
        "ByteLevel" => new ByteLevelPreTokenizer(node["add_prefix_space"].Flag(true), node["use_regex"].Flag(true)),
        "BertPreTokenizer" => new BertPreTokenizer(),
        "Whitespace" => new PatternSplit(new RegularPattern(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true),
        "WhitespaceSplit" => new PatternSplit(new PointPattern(CodePoints.IsWhiteSpace), SplitBehavior.Removed),
        "Punctuation" => new PatternSplit(new PointPattern(CodePoints.IsPunctuation), ReadBehavior(node["behavior"])),
        "Digits" => new PatternSplit(
            new PointPattern(point => CodePoints.IsIn(point, CodePoints.NumberMask)),
            node["individual_digits"].Flag(false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
        "CharDelimiterSplit" => new PatternSplit(new LiteralPattern(node["delimiter"].Text()), SplitBehavior.Removed),
        "Split" => new PatternSplit(PatternReader.Read(node["pattern"]), ReadBehavior(node["behavior"]), node["invert"].Flag(false)),
        "Metaspace" => new MetaspacePreTokenizer(ReadPoint(node["replacement"]), ReadScheme(node), node["split"].Flag(true)),
        "UnicodeScripts" => new ScriptPreTokenizer(),
        "FixedLength" => new FixedLengthPreTokenizer(
            node["length"].Integer() is var length and > 0 ? length : throw node["length"].Wrong("must be positive")),
        string other => throw node["type"].Wrong($"names the pre-tokenizer '{other}', which is not known"),
    };

    private static SplitBehavior ReadBehavior(JsonNode node) => node.OptionalText() switch
    {
        "Removed" => SplitBehavior.Removed,
        null or "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        _ => throw node.Wrong("must be Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"),
    };

    private static int ReadPoint(JsonNode node)
    {
        int[] points = CodePoints.Of(node.OptionalText() ?? "\u2581");
        return points.Length == 1
            ? points[0]
            : throw node.Wrong($"must be one character, not {points.Length}");
    }
}
