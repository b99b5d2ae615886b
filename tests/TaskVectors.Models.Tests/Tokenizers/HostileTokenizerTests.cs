using System.Text;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Models.Tokenizers.Patterns;
using TaskVectors.Models.Tokenizers.Unicode;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Tokenizers;

/// <summary>Files and texts that are broken, or made to do harm, end in an error that a user can read.</summary>
public sealed class HostileTokenizerTests
{
    public static TheoryData<string, string> Files => new()
    {
        { "gpt2-bytelevel", "tokenizer.json" },
        { "t5-unigram", "tokenizer.json" },
        { "bert-uncased", "tokenizer.json" },
        { "added-tokens", "tokenizer.json" },
        { "t5-unigram", "spiece.model" },
        { "llama2-spm-bpe", "tokenizer.model" },
        { "bert-uncased", "vocab.txt" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_damaged_file_is_an_error_or_a_tokenizer_and_nothing_else(string name, string file)
    {
        byte[] original = File.ReadAllBytes(GoldenTokenizers.PathOf(name, file));
        using var folder = new TemporaryFolder();
        var random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 60; round++)
        {
            File.WriteAllBytes(folder[file], Damage(original, random));
            try
            {
                Tokenizer tokenizer = Tokenizer.Load(folder[file]);
                _ = tokenizer.Decode(tokenizer.Encode("Hello wörld 12 <s> [SEP] \u2581 😀", "pair").Ids);
            }
            catch (TokenizerException failure)
            {
                Assert.NotEmpty(failure.Message);
                refused++;
            }
        }

        Assert.True(refused > 0 || file == "vocab.txt", "no damage was ever noticed");
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("""{"model": {"type": "Magic"}}""", "'Magic'")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}""", "'ab'")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}""", "out of range")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 2000000000}, "merges": []}}""", "out of range")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": "x"}, "merges": []}}""", "model.vocab.a")]
    [InlineData("""{"model": {"type": "Unigram", "vocab": [["a", 1e999]]}}""", "finite number")]
    [InlineData("""{"model": {"type": "Unigram", "vocab": [["a", 0]], "unk_id": 1}}""", "unk_id")]
    [InlineData("""{"model": {"type": "WordPiece", "vocab": {"a": 0}}}""", "[UNK]")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {}, "merges": []}, "normalizer": {"type": "Rot13"}}""", "'Rot13'")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {}, "merges": []}, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a"}}}""", "not closed")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {}, "merges": []}, "normalizer": {"type": "Precompiled", "precompiled_charsmap": "////////"}}""", "truncated")]
    public void What_is_wrong_in_a_file_is_named(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], json);
        TokenizerException failure = Assert.Throws<TokenizerException>(() => Tokenizer.Load(folder.Path));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Equal(folder["tokenizer.json"], failure.File);
    }

    [Fact]
    public void A_lone_surrogate_is_an_error_that_tells_where()
    {
        Tokenizer tokenizer = Tokenizer.Load(GoldenTokenizers.PathOf("gpt2-bytelevel", "tokenizer.json"));
        TokenizerException failure = Assert.Throws<TokenizerException>(() => tokenizer.Encode("ab\uD800c"));
        Assert.Contains("position 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_without_a_row_in_the_embedding_are_an_error()
    {
        Tokenizer tokenizer = Tokenizer.Load(GoldenTokenizers.PathOf("gpt2-bytelevel", "tokenizer.json"));
        tokenizer.CheckFits(1201);
        TokenizerException failure = Assert.Throws<TokenizerException>(() => tokenizer.CheckFits(1200));
        Assert.Contains("<|endoftext|>", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"(a+)+b")]
    [InlineData(@"(a|aa)+b")]
    [InlineData(@"(?:a*a*a*a*a*a*)b")]
    public void A_pattern_that_would_take_forever_is_stopped(string pattern)
    {
        var regular = new RegularPattern(pattern);
        int[] text = CodePoints.Of(new string('a', 5000));
        TokenizerException failure = Assert.Throws<TokenizerException>(() => regular.Find(text, []));
        Assert.Contains("too long", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"((a{1000}){1000}){1000}", "too large")]
    [InlineData(@"(a*)*", "match nothing")]
    [InlineData(@"a{5000}", "1000 times")]
    [InlineData(@"(a)\1", "not supported")]
    [InlineData(@"[b-a]", "wrong way round")]
    [InlineData(@"\p{Klingon}", "Klingon")]
    [InlineData(@"*a", "nothing to repeat")]
    [InlineData(@"[a", "not closed")]
    [InlineData(@"a)", "has no")]
    public void A_pattern_that_cannot_be_used_is_refused(string pattern, string expected)
    {
        TokenizerException failure = Assert.Throws<TokenizerException>(() => new RegularPattern(pattern));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_of_a_pattern_is_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("(", 100_000));
        _ = Assert.Throws<TokenizerException>(() => new RegularPattern(deep));
        _ = Assert.Throws<TokenizerException>(() => new RegularPattern(deep.Replace('(', '[')));
    }

    [Theory]
    [InlineData(@"\p{Lu}\p{Ll}+", "Éa 𝔘b x", "0-2 3-5")]
    [InlineData(@"\p{L}+", "𝔘𐐀a1", "0-3")]
    [InlineData(@"(?i:'s)", "it'ſ IT'S", "2-4 7-9")]
    [InlineData(@"(?i)kelvin", "\u212Aelvin", "0-6")]
    [InlineData(@"[\p{L}\p{N}&&[^1]]", "a 12", "0-1 3-4")]
    [InlineData(@"[^\p{L}&&[^b]]+", "ab1", "1-3")]
    [InlineData(@"[\p{Han}]+", "中文abc漢", "0-2 5-6")]
    [InlineData(@"a+?b", "aab ab", "0-3 4-6")]
    [InlineData(@"a++a", "aaa", "")]
    [InlineData(@"(?>a|ab)c", "abc ac", "4-6")]
    [InlineData(@"(?<=x)a|(?<!x)b", "xa a xb b", "1-2 8-9")]
    [InlineData(@"\bfoo\b", "foo foobar barfoo foo", "0-3 18-21")]
    [InlineData(@"x{2,3}", "x xx xxxx", "2-4 5-8")]
    [InlineData(@"x{,2}y", "xxxy", "1-4")]
    [InlineData(@"x{a}", "x{a}", "0-4")]
    [InlineData(@"[[:alpha:]_-]+", "ab_c-1", "0-5")]
    [InlineData(@"\x{1F600}|\u00e9", "é😀", "0-1 1-2")]
    public void Patterns_mean_what_the_dialect_says(string pattern, string text, string expected)
    {
        var matches = new List<TextSpan>();
        new RegularPattern(pattern).Find(CodePoints.Of(text), matches);
        Assert.Equal(expected, string.Join(' ', matches.Select(match => $"{match.Start}-{match.End}")));
    }

    [Theory]
    [InlineData("gpt2-bytelevel")]
    [InlineData("t5-unigram")]
    [InlineData("llama2-spm-bpe")]
    [InlineData("bert-uncased")]
    [InlineData("clip-bpe")]
    public void Random_texts_are_encoded_with_offsets_within_them(string name)
    {
        Tokenizer tokenizer = Tokenizer.Load(GoldenTokenizers.PathOf(name, "tokenizer.json"));
        var random = new Random(11);
        for (int round = 0; round < 300; round++)
        {
            var builder = new StringBuilder();
            int length = random.Next(40);
            for (int index = 0; index < length; index++)
            {
                int point = random.Next(5) switch
                {
                    0 => random.Next(0x110000),
                    1 => random.Next(0x3000),
                    _ => random.Next(0x80),
                };
                CodePoints.Append(builder, point is >= 0xD800 and <= 0xDFFF ? ' ' : point);
            }

            TokenizerEncoding encoding = tokenizer.Encode(builder.ToString());
            Assert.All(encoding.Offsets, span => Assert.True(span.Start >= 0 && span.Start <= span.End && span.End <= length));
            if (name == "gpt2-bytelevel")
            {
                Assert.Equal(builder.ToString(), tokenizer.Decode(encoding.Ids, skipSpecialTokens: false));
            }
        }
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        byte[] damaged = [.. original];
        if (random.Next(4) == 0)
        {
            Array.Resize(ref damaged, random.Next(original.Length));
        }

        for (int count = random.Next(1, 30); count > 0 && damaged.Length > 0; count--)
        {
            damaged[random.Next(damaged.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : "[]{},:\"0"[random.Next(8)]);
        }

        return damaged;
    }
}
