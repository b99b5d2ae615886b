using TaskVectors.Models.Tokenizers.Decoders;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>Reads the part <c>decoder</c>.</summary>
internal static class DecoderReader
{
    public static IDecoder? Read(JsonNode node) => node.IsNull ? null : ReadOne(node);

    private static IDecoder ReadOne(JsonNode node) => node["type"].Text() switch
    {
        "Sequence" => new DecoderSequence([.. node["decoders"].Items().Select(ReadOne)]),
        "ByteLevel" => new ByteLevelDecoder(),
        "WordPiece" => new WordPieceDecoder(node["prefix"].OptionalText() ?? "##", node["cleanup"].Flag(true)),
        "Metaspace" => new MetaspaceDecoder(node["replacement"].OptionalText() ?? "\u2581", PreTokenizerReader.ReadScheme(node)),
        "BPEDecoder" => new SuffixDecoder(node["suffix"].OptionalText() ?? "</w>"),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Strip" => new StripDecoder(node["content"].OptionalText() ?? " ", node["start"].OptionalInteger() ?? 0, node["stop"].OptionalInteger() ?? 0),
        "Replace" => new ReplaceDecoder(PatternReader.Read(node["pattern"]), node["content"].Text()),
        string other => throw node["type"].Wrong($"names the decoder '{other}', which is not known"),
    };
}
