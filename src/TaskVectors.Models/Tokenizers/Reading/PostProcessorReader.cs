using TaskVectors.Models.Tokenizers.PostProcessors;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>Reads the part <c>post_processor</c>.</summary>
internal static class PostProcessorReader
{
    public static IPostProcessor? Read(JsonNode node) => node.IsNull ? null : ReadOne(node);

    private static IPostProcessor ReadOne(JsonNode node) => node["type"].Text() switch
    {
        "Sequence" => new PostProcessorSequence([.. node["processors"].Items().Select(ReadOne)]),
        "ByteLevel" => ReadTrimmer(node),
        "TemplateProcessing" => ReadTemplate(node),
        "BertProcessing" => TemplatePostProcessor.Bert(ReadPair(node["cls"]), ReadPair(node["sep"])),
        "RobertaProcessing" => new PostProcessorSequence(
            [ReadTrimmer(node), TemplatePostProcessor.Roberta(ReadPair(node["cls"]), ReadPair(node["sep"]))]),
        string other => throw node["type"].Wrong($"names the post-processor '{other}', which is not known"),
    };

    private static IPostProcessor ReadTrimmer(JsonNode node) => node["trim_offsets"].Flag(true)
        ? new OffsetTrimmer(node["add_prefix_space"].Flag(true))
        : new PostProcessorSequence([]);

    private static (int Id, string Text) ReadPair(JsonNode node)
    {
        JsonNode[] items = [.. node.Items()];
        return items.Length == 2 ? (items[1].Integer(), items[0].Text()) : throw node.Wrong("must be a token and its id");
    }

    private static TemplatePostProcessor ReadTemplate(JsonNode node)
    {
        JsonNode special = node["special_tokens"];
        IReadOnlyList<TemplatePart> single = ReadParts(node["single"], special);
        return new TemplatePostProcessor(single, node["pair"].IsNull ? single : ReadParts(node["pair"], special));
    }

    private static List<TemplatePart> ReadParts(JsonNode node, JsonNode special) => [.. node.Items().Select(item => ReadPart(item, special))];

    private static TemplatePart ReadPart(JsonNode node, JsonNode special)
    {
        JsonNode sequence = node["Sequence"];
        if (!sequence.IsNull)
        {
            int index = sequence["id"].Text() switch
            {
                "A" => 0,
                "B" => 1,
                _ => throw sequence["id"].Wrong("must be A or B"),
            };
            return TemplatePart.Text(index, sequence["type_id"].OptionalInteger() ?? 0);
        }

        JsonNode token = node["SpecialToken"];
        JsonNode entry = special[token["id"].Text()];
        int[] ids = [.. entry["ids"].Items().Select(item => item.Integer())];
        string[] names = [.. entry["tokens"].Items().Select(item => item.Text())];
        return ids.Length == names.Length
            ? new TemplatePart(-1, token["type_id"].OptionalInteger() ?? 0, [.. ids.Zip(names)])
            : throw entry.Wrong("must have as many tokens as ids");
    }
}
