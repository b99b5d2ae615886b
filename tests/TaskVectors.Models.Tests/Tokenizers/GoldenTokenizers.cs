using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Tokenizers;

/// <summary>Reads the reference cases of tokenizers.</summary>
internal static class GoldenTokenizers
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "added-tokens", "bert-cased", "bert-uncased", "clip-bpe", "gpt2-bytelevel", "llama2-spm-bpe", "llama3-split",
        "metaspace-always-nosplit", "metaspace-first", "metaspace-never", "minilm-l6-v2", "qwen2-split", "roberta-bytelevel", "t5-unigram",
    ];

    public static string PathOf(params string[] parts) => GoldenPath.Of(["tokenizers", .. parts]);

    public static JsonElement Read(params string[] parts)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(parts)));
        return document.RootElement.Clone();
    }

    public static JsonElement Cases(string name) => Read(name, "cases.json");

    public static string[] Strings() => [.. Read("strings.json").GetProperty("strings").EnumerateArray().Select(item => item.GetProperty("text").GetString()!)];

    public static (string First, string Second)[] Pairs() =>
        [.. Read("strings.json").GetProperty("pairs").EnumerateArray().Select(item => (item[0].GetString()!, item[1].GetString()!))];

    public static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    public static string[] Texts(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];

    /// <summary>Whether ids equal a list, or the summary that stands for a long one.</summary>
    public static bool Matches(JsonElement expected, IReadOnlyList<int> ids)
    {
        if (expected.ValueKind == JsonValueKind.Array)
        {
            return Integers(expected).SequenceEqual(ids);
        }

        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes([.. ids]);
        return expected.GetProperty("n").GetInt32() == ids.Count && expected.GetProperty("crc32_int32le").GetUInt32() == Crc32.HashToUInt32(bytes);
    }

    /// <summary>Whether a text equals one, or the summary that stands for a long one.</summary>
    public static bool Matches(JsonElement expected, string text) => expected.ValueKind == JsonValueKind.String
        ? expected.GetString() == text
        : expected.GetProperty("crc32_utf8").GetUInt32() == Crc32.HashToUInt32(Encoding.UTF8.GetBytes(text));

    public static string Show(JsonElement value) => value.GetRawText() is { Length: > 300 } text ? text[..300] : value.GetRawText();
}
