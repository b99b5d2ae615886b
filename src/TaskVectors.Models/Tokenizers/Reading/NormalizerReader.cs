using TaskVectors.Models.Tokenizers.Normalizers;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>Reads the part <c>normalizer</c>.</summary>
internal static class NormalizerReader
{
    public static INormalizer? Read(JsonNode node) => node.IsNull ? null : ReadOne(node);

    private static INormalizer ReadOne(JsonNode node) => node["type"].Text() switch
    {
        "Sequence" => new NormalizerSequence([.. node["normalizers"].Items().Select(ReadOne)]),
        "NFC" => new UnicodeNormalizer(compose: true, compatible: false),
        "NFD" => new UnicodeNormalizer(compose: false, compatible: false),
        "NFKC" => new UnicodeNormalizer(compose: true, compatible: true),
        "NFKD" => new UnicodeNormalizer(compose: false, compatible: true),
        "Lowercase" => new LowercaseNormalizer(),
        "Strip" => new StripNormalizer(node["strip_left"].Flag(true), node["strip_right"].Flag(true)),
        "StripAccents" => new FilterNormalizer(point => point >= 0x300 && CodePoints.IsIn(point, CodePoints.MarkMask)),
        "Nmt" => new NmtNormalizer(),
        "Replace" => new ReplaceNormalizer(PatternReader.Read(node["pattern"]), node["content"].Text()),
        "Prepend" => new PrependNormalizer(node["prepend"].Text()),
        "ByteLevel" => new ByteLevelNormalizer(),
        "Precompiled" => ReadPrecompiled(node["precompiled_charsmap"]),
        "BertNormalizer" => ReadBert(node),
        string other => throw node["type"].Wrong($"names the normalizer '{other}', which is not known"),
    };

    private static BertNormalizer ReadBert(JsonNode node)
    {
        bool lowercase = node["lowercase"].Flag(true);
        return new BertNormalizer(
            node["clean_text"].Flag(true), node["handle_chinese_chars"].Flag(true), node["strip_accents"].Flag(lowercase), lowercase);
    }

    private static INormalizer ReadPrecompiled(JsonNode node)
    {
        if (node.IsNull || node.Text().Length == 0)
        {
            return new NormalizerSequence([]);
        }

        try
        {
            return new PrecompiledNormalizer(new CharacterMap(Convert.FromBase64String(node.Text())));
        }
        catch (FormatException)
        {
            throw node.Wrong("is not valid base64");
        }
    }
}
