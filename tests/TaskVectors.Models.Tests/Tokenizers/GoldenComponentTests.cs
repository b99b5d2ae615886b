using System.Globalization;
using System.Text.Json;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Models.Tokenizers.Normalizers;
using TaskVectors.Models.Tokenizers.PreTokenizers;
using TaskVectors.Models.Tokenizers.Reading;
using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tests.Tokenizers;

/// <summary>Single normalisers and pre-tokenizers against the reference, exactly.</summary>
public sealed class GoldenComponentTests
{
    public static TheoryData<string> Normalizers => Names("normalizers");

    public static TheoryData<string> PreTokenizers => Names("pre_tokenizers");

    [Theory]
    [MemberData(nameof(Normalizers))]
    public void A_normalizer_rewrites_as_the_reference_does(string name)
    {
        JsonElement expected = Components.GetProperty("normalizers").GetProperty(name);
        INormalizer normalizer = NormalizerReader.Read(new JsonNode(expected.GetProperty("json"), "components.json", name))!;
        JsonElement changed = expected.GetProperty("changed");
        string[] strings = GoldenTokenizers.Texts(Components.GetProperty("strings"));
        var wrong = new List<string>();
        for (int index = 0; index < strings.Length; index++)
        {
            bool changes = changed.TryGetProperty(index.ToString(CultureInfo.InvariantCulture), out JsonElement text);
            string result = changes ? text.GetString()! : strings[index];
            string actual = normalizer.Normalize(new AlignedText(strings[index])).ToString();
            if (actual != result)
            {
                wrong.Add($"{index}: expected '{result}', got '{actual}'");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void A_pre_tokenizer_cuts_as_the_reference_does(string name)
    {
        JsonElement expected = Components.GetProperty("pre_tokenizers").GetProperty(name);
        IPreTokenizer preTokenizer = PreTokenizerReader.Read(new JsonNode(expected.GetProperty("json"), "components.json", name))!;
        string[] strings = GoldenTokenizers.Texts(Components.GetProperty("strings"));
        JsonElement[] pieces = [.. expected.GetProperty("pieces").EnumerateArray()];
        Assert.Equal(strings.Length, pieces.Length);
        var wrong = new List<string>();
        for (int index = 0; index < strings.Length; index++)
        {
            bool withTexts = pieces[index].EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String);
            string result = string.Join('|', pieces[index].EnumerateArray().Select(item => item.ToString()));
            string actual = string.Join('|', Cut(preTokenizer, strings[index], withTexts));
            if (actual != result)
            {
                wrong.Add($"{index}: expected '{result}', got '{actual}'");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static JsonElement Components => GoldenTokenizers.Read("components", "components.json");

    private static TheoryData<string> Names(string kind) =>
        [.. Components.GetProperty(kind).EnumerateObject().Select(member => member.Name)];

    private static IEnumerable<string> Cut(IPreTokenizer preTokenizer, string text, bool withTexts)
    {
        var pieces = new List<AlignedText>();
        if (text.Length > 0)
        {
            preTokenizer.Split(new AlignedText(text), pieces);
        }

        foreach (AlignedText piece in pieces)
        {
            if (withTexts)
            {
                yield return piece.ToString();
            }

            TextSpan span = piece.OriginalSpan(0, piece.Length);
            yield return span.Start.ToString(CultureInfo.InvariantCulture);
            yield return span.End.ToString(CultureInfo.InvariantCulture);
        }
    }
}
