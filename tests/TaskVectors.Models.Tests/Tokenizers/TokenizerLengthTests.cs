using System.Text.Json;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Tests.Tokenizers;

/// <summary>Truncation, windows and padding against the reference, exactly.</summary>
public sealed class TokenizerLengthTests
{
    private static readonly TokenizerPadding BertPadding = new() { Id = 0, Token = "[PAD]", Length = 16 };

    [Theory]
    [InlineData("bert-cased", "truncate12_longest_first_pad16", TruncationStrategy.LongestFirst)]
    [InlineData("bert-uncased", "truncate12_longest_first_pad16", TruncationStrategy.LongestFirst)]
    [InlineData("bert-cased", "truncate12_only_second_pad16", TruncationStrategy.OnlySecond)]
    [InlineData("bert-uncased", "truncate12_only_second_pad16", TruncationStrategy.OnlySecond)]
    public void Pairs_are_shortened_and_padded_as_the_reference_does(string name, string extra, TruncationStrategy strategy)
    {
        Tokenizer tokenizer = Load(name).WithPadding(BertPadding)
            .WithTruncation(new TokenizerTruncation { MaximumLength = 12, Strategy = strategy });
        (string First, string Second)[] pairs = GoldenTokenizers.Pairs();
        foreach (JsonElement expected in Extra(name, extra).EnumerateArray())
        {
            (string first, string second) = pairs[expected.GetProperty("pair").GetInt32()];
            if (expected.TryGetProperty("error", out _))
            {
                TokenizerException failure = Assert.Throws<TokenizerException>(() => tokenizer.Encode(first, second));
                Assert.Contains("too few", failure.Message, StringComparison.Ordinal);
                continue;
            }

            TokenizerEncoding encoding = tokenizer.Encode(first, second);
            Assert.Equal(GoldenTokenizers.Integers(expected.GetProperty("ids")), encoding.Ids);
            AssertIfThere(expected, "type_ids", encoding.TypeIds);
            AssertIfThere(expected, "attention_mask", encoding.AttentionMask);
        }
    }

    [Theory]
    [InlineData("bert-cased")]
    [InlineData("bert-uncased")]
    public void What_is_cut_off_comes_in_overlapping_windows(string name)
    {
        JsonElement expected = Extra(name, "truncate10_stride3_overflow");
        Tokenizer tokenizer = Load(name).WithTruncation(new TokenizerTruncation { MaximumLength = 10, Stride = 3 });
        TokenizerEncoding encoding = tokenizer.Encode(expected.GetProperty("text").GetString()!);
        int[][] windows = [.. expected.GetProperty("windows").EnumerateArray().Select(GoldenTokenizers.Integers)];
        Assert.Equal(windows, [[.. encoding.Ids], .. encoding.Overflow.Select(window => window.Ids.ToArray())]);
    }

    [Theory]
    [InlineData("bert-cased")]
    [InlineData("bert-uncased")]
    public void The_beginning_can_be_cut_off_instead_of_the_end(string name)
    {
        JsonElement expected = Extra(name, "truncate6_left");
        Tokenizer tokenizer = Load(name).WithTruncation(new TokenizerTruncation { MaximumLength = 6, Side = TokenSide.Left });
        string text = GoldenTokenizers.Strings()[expected.GetProperty("i").GetInt32()];
        Assert.Equal(GoldenTokenizers.Integers(expected.GetProperty("ids")), tokenizer.Encode(text).Ids);
    }

    [Theory]
    [InlineData("bert-cased")]
    [InlineData("bert-uncased")]
    public void Padding_can_come_first_and_fill_up_to_a_multiple(string name)
    {
        JsonElement expected = Extra(name, "pad_left_multiple_of_8");
        Tokenizer tokenizer = Load(name).WithPadding(new TokenizerPadding { Id = 0, Token = "[PAD]", Side = TokenSide.Left, MultipleOf = 8 });
        IReadOnlyList<TokenizerEncoding> encodings = tokenizer.EncodeBatch(GoldenTokenizers.Texts(expected.GetProperty("texts")));
        int[][] ids = [.. expected.GetProperty("ids").EnumerateArray().Select(GoldenTokenizers.Integers)];
        Assert.Equal(ids, encodings.Select(encoding => encoding.Ids.ToArray()));
    }

    [Fact]
    public void A_batch_is_padded_to_its_longest_text()
    {
        JsonElement expected = Extra("gpt2-bytelevel", "truncate_8_pad_longest_right");
        Tokenizer tokenizer = Load("gpt2-bytelevel").WithTruncation(new TokenizerTruncation { MaximumLength = 8 })
            .WithPadding(new TokenizerPadding { Id = 1200, Token = "<|endoftext|>" });
        JsonElement[] cases = [.. expected.EnumerateArray()];
        IReadOnlyList<TokenizerEncoding> encodings = tokenizer.EncodeBatch([.. cases.Select(item => item.GetProperty("text").GetString()!)]);
        for (int index = 0; index < cases.Length; index++)
        {
            Assert.Equal(GoldenTokenizers.Integers(cases[index].GetProperty("ids")), encodings[index].Ids);
            AssertIfThere(cases[index], "attention_mask", encodings[index].AttentionMask);
        }
    }

    [Fact]
    public void A_file_s_own_lengths_are_used()
    {
        Tokenizer tokenizer = Load("minilm-l6-v2");
        string[] strings = GoldenTokenizers.Strings();
        foreach (JsonElement expected in Extra("minilm-l6-v2", "as_configured").EnumerateArray())
        {
            TokenizerEncoding encoding = tokenizer.Encode(strings[expected.GetProperty("i").GetInt32()]);
            Assert.Equal(GoldenTokenizers.Integers(expected.GetProperty("ids")), encoding.Ids);
            AssertIfThere(expected, "attention_mask", encoding.AttentionMask);
        }
    }

    private static Tokenizer Load(string name) => Tokenizer.Load(GoldenTokenizers.PathOf(name, "tokenizer.json"));

    private static JsonElement Extra(string name, string extra) => GoldenTokenizers.Cases(name).GetProperty("extra").GetProperty(extra);

    private static void AssertIfThere(JsonElement expected, string member, IReadOnlyList<int> values)
    {
        if (expected.TryGetProperty(member, out JsonElement list))
        {
            Assert.Equal(GoldenTokenizers.Integers(list), values);
        }
    }
}
