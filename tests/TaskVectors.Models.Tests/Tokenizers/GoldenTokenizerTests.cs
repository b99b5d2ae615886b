using System.Text.Json;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Tests.Tokenizers;

/// <summary>Every reference case must match exactly: ids, tokens, offsets, decoded text.</summary>
public sealed class GoldenTokenizerTests
{
    public static TheoryData<string> Names => [.. GoldenTokenizers.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Strings_are_encoded_as_the_reference_does(string name)
    {
        Tokenizer tokenizer = Load(name);
        string[] strings = GoldenTokenizers.Strings();
        var wrong = new List<string>();
        int checkedCases = 0;
        foreach (JsonElement expected in GoldenTokenizers.Cases(name).GetProperty("cases").EnumerateArray())
        {
            int index = expected.GetProperty("i").GetInt32();
            TokenizerEncoding encoding = tokenizer.Encode(strings[index]);
            Compare(wrong, index, expected, encoding);
            checkedCases++;
        }

        Assert.True(wrong.Count == 0, Summary(wrong));
        Assert.Equal(strings.Length, checkedCases);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Ids_are_decoded_as_the_reference_does(string name)
    {
        Tokenizer tokenizer = Load(name);
        string[] strings = GoldenTokenizers.Strings();
        var wrong = new List<string>();
        foreach (JsonElement expected in GoldenTokenizers.Cases(name).GetProperty("cases").EnumerateArray())
        {
            int index = expected.GetProperty("i").GetInt32();
            JsonElement ids = expected.GetProperty("ids");
            IReadOnlyList<int> given = ids.ValueKind == JsonValueKind.Array ? GoldenTokenizers.Integers(ids) : tokenizer.Encode(strings[index]).Ids;
            JsonElement whole = expected.GetProperty("decoded");
            JsonElement skipped = expected.TryGetProperty("decoded_skip", out JsonElement other) ? other : whole;
            Check(wrong, index, whole, tokenizer.Decode(given, skipSpecialTokens: false));
            Check(wrong, index, skipped, tokenizer.Decode(given));
        }

        Assert.True(wrong.Count == 0, Summary(wrong));

        static void Check(List<string> wrong, int index, JsonElement expected, string text)
        {
            if (!GoldenTokenizers.Matches(expected, text))
            {
                wrong.Add($"{index}: expected {GoldenTokenizers.Show(expected)}, got {text[..Math.Min(300, text.Length)]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pairs_are_encoded_as_the_reference_does(string name)
    {
        Tokenizer tokenizer = Load(name);
        (string First, string Second)[] pairs = GoldenTokenizers.Pairs();
        var wrong = new List<string>();
        foreach (JsonElement expected in GoldenTokenizers.Cases(name).GetProperty("pairs").EnumerateArray())
        {
            int index = expected.GetProperty("pair").GetInt32();
            TokenizerEncoding encoding = tokenizer.Encode(pairs[index].First, pairs[index].Second);
            Compare(wrong, index, expected, encoding);
            CompareList(wrong, index, expected, "type_ids", encoding.TypeIds);
            CompareList(wrong, index, expected, "special_tokens_mask", encoding.SpecialTokensMask);
            CompareList(wrong, index, expected, "sequence_ids", encoding.SequenceIds);
        }

        Assert.True(wrong.Count == 0, Summary(wrong));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Special_tokens_can_be_left_out(string name)
    {
        Tokenizer tokenizer = Load(name);
        string[] strings = GoldenTokenizers.Strings();
        var wrong = new List<string>();
        foreach (JsonElement expected in GoldenTokenizers.Cases(name).GetProperty("without_special_tokens").EnumerateArray())
        {
            int index = expected.GetProperty("i").GetInt32();
            CompareList(wrong, index, expected, "ids", tokenizer.Encode(strings[index], addSpecialTokens: false).Ids);
        }

        Assert.True(wrong.Count == 0, Summary(wrong));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_vocabulary_has_the_size_that_the_reference_counts(string name)
    {
        JsonElement cases = GoldenTokenizers.Cases(name);
        Assert.Equal(cases.GetProperty("vocab_size_with_added").GetInt32(), Load(name).VocabularySize);
    }

    [Fact]
    public void Clip_text_reads_as_its_own_class_writes_it_once_word_ends_are_spaces()
    {
        Tokenizer tokenizer = Load("clip-bpe");
        string[] strings = GoldenTokenizers.Strings();
        JsonElement extra = GoldenTokenizers.Cases("clip-bpe").GetProperty("extra").GetProperty("clip_decode");
        foreach (JsonElement expected in extra.EnumerateArray())
        {
            string text = tokenizer.Decode(tokenizer.Encode(strings[expected.GetProperty("i").GetInt32()]).Ids);
            Assert.Equal(expected.GetProperty("text").GetString(), text.Replace("</w>", " ", StringComparison.Ordinal).Trim());
        }
    }

    private static Tokenizer Load(string name) =>
        Tokenizer.Load(GoldenTokenizers.PathOf(name, "tokenizer.json")).WithTruncation(null).WithPadding(null);

    private static void Compare(List<string> wrong, int index, JsonElement expected, TokenizerEncoding encoding)
    {
        if (!GoldenTokenizers.Matches(expected.GetProperty("ids"), encoding.Ids))
        {
            wrong.Add($"{index} ids: expected {GoldenTokenizers.Show(expected.GetProperty("ids"))}, got {string.Join(", ", encoding.Ids.Take(80))}");
            return;
        }

        if (expected.TryGetProperty("tokens", out JsonElement tokens) && !GoldenTokenizers.Texts(tokens).SequenceEqual(encoding.Tokens))
        {
            wrong.Add($"{index} tokens: expected {GoldenTokenizers.Show(tokens)}, got {string.Join(" ", encoding.Tokens.Take(80))}");
        }

        if (expected.TryGetProperty("offsets", out _))
        {
            CompareList(wrong, index, expected, "offsets", [.. encoding.Offsets.SelectMany(span => (int[])[span.Start, span.End])]);
        }
    }

    private static void CompareList(List<string> wrong, int index, JsonElement expected, string member, IReadOnlyList<int> values)
    {
        JsonElement list = expected.GetProperty(member);
        if (!GoldenTokenizers.Matches(list, values))
        {
            wrong.Add($"{index} {member}: expected {GoldenTokenizers.Show(list)}, got {string.Join(", ", values.Take(80))}");
        }
    }

    private static string Summary(List<string> wrong) => $"{wrong.Count} differ:\n{string.Join('\n', wrong.Take(8))}";
}
