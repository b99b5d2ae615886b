using System.Text.Json;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Tokenizers;

/// <summary>The files that came before tokenizer.json give the same tokens, exactly.</summary>
public sealed class NativeTokenizerTests
{
    [Theory]
    [InlineData("gpt2-bytelevel", "vocab.json", "merges.txt")]
    [InlineData("clip-bpe", "vocab.json", "merges.txt")]
    [InlineData("bert-cased", "vocab.txt", null)]
    [InlineData("bert-uncased", "vocab.txt", null)]
    public void Native_files_give_what_tokenizer_json_gives(string name, string file, string? other)
    {
        using var folder = new TemporaryFolder();
        File.Copy(GoldenTokenizers.PathOf(name, file), folder[file]);
        if (other is not null)
        {
            File.Copy(GoldenTokenizers.PathOf(name, other), folder[other]);
        }

        AssertSame(name, Tokenizer.Load(folder.Path));
    }

    [Fact]
    public void Settings_beside_native_files_tell_which_tokenizer_is_meant()
    {
        using var folder = new TemporaryFolder();
        File.Copy(GoldenTokenizers.PathOf("qwen2-split", "vocab.json"), folder["vocab.json"]);
        File.Copy(GoldenTokenizers.PathOf("qwen2-split", "merges.txt"), folder["merges.txt"]);
        File.WriteAllText(folder["tokenizer_config.json"], """
            {"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": {
              "1200": {"content": "<|endoftext|>", "special": true},
              "1201": {"content": "<|im_start|>", "special": true},
              "1202": {"content": "<|im_end|>", "special": true}}}
            """);
        AssertSame("qwen2-split", Tokenizer.Load(folder.Path));
    }

    [Theory]
    [InlineData("t5-unigram", "spiece.model")]
    [InlineData("llama2-spm-bpe", "tokenizer.model")]
    public void A_SentencePiece_model_is_encoded_as_that_program_does(string name, string file)
    {
        Tokenizer tokenizer = Tokenizer.Load(GoldenTokenizers.PathOf(name, file));
        string[] strings = GoldenTokenizers.Strings();
        JsonElement cases = GoldenTokenizers.Cases(name);
        var differing = cases.GetProperty("native").EnumerateArray()
            .ToDictionary(item => item.GetProperty("i").GetInt32(), item => item.GetProperty("ids"));
        var wrong = new List<string>();
        foreach (JsonElement expected in cases.GetProperty("cases").EnumerateArray())
        {
            int index = expected.GetProperty("i").GetInt32();
            JsonElement ids = differing.TryGetValue(index, out JsonElement native) ? native : expected.GetProperty("ids");
            IReadOnlyList<int> actual = tokenizer.Encode(strings[index]).Ids;
            if (!GoldenTokenizers.Matches(ids, actual))
            {
                wrong.Add($"{index}: expected {GoldenTokenizers.Show(ids)}, got {string.Join(",", actual.Take(80))}");
            }
        }

        Assert.NotEmpty(differing);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static void AssertSame(string name, Tokenizer tokenizer)
    {
        Tokenizer reference = Tokenizer.Load(GoldenTokenizers.PathOf(name, "tokenizer.json"));
        foreach (string text in GoldenTokenizers.Strings())
        {
            TokenizerEncoding expected = reference.Encode(text, "a second text");
            TokenizerEncoding actual = tokenizer.Encode(text, "a second text");
            Assert.Equal(expected.Ids, actual.Ids);
            Assert.Equal(expected.Offsets, actual.Offsets);
            Assert.Equal(expected.TypeIds, actual.TypeIds);
            Assert.Equal(reference.Decode(expected.Ids), tokenizer.Decode(actual.Ids));
        }
    }
}
