using System.Text;
using TaskVectors.Tokenizers;

namespace TaskVectors.Tests.Tokenizers;

/// <summary>Tokenizer files that are broken, by hand and at random: they are read, or refused with an error that names the file.</summary>
public class BrokenTokenizerTests
{
    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "object")]
    [InlineData("{", "JSON")]
    [InlineData("{\"model\": {\"vocab\": 3}}", "model.vocab")]
    [InlineData("{\"added_tokens\": []}", "'model'")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": -1}}}", "'a'")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 4000000000}}}", "'a'")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 1.5}}}", "'a'")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": \"1\"}}}", "'a'")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 1, \"a\": 2}}}", "two numbers")]
    [InlineData("{\"model\": {\"vocab\": [[\"a\", 0], 7]}}", "piece 1")]
    [InlineData("{\"model\": {\"vocab\": [[\"a\", 0], [\"a\", 1]]}}", "two numbers")]
    [InlineData("{\"model\": {\"vocab\": {\"\\ud800\": 0}}}", "Unicode")]
    [InlineData("{\"model\": {\"vocab\": {}}}", "no tokens")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": {}}", "added_tokens")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [{\"id\": 1}]}", "content")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [{\"id\": 1e9, \"content\": \"x\"}]}", "'x'")]
    public void A_broken_tokenizer_is_refused_with_the_reason(string text, string word)
    {
        TokenizerException error = Assert.Throws<TokenizerException>(() => VocabularyReader.Read(Files(("tokenizer.json", Encoding.UTF8.GetBytes(text)))));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        string deep = "{\"model\": " + string.Concat(Enumerable.Repeat("[", 100_000));
        _ = Assert.Throws<TokenizerException>(() => VocabularyReader.Read(Files(("tokenizer.json", Encoding.UTF8.GetBytes(deep)))));
    }

    [Fact]
    public void A_file_beyond_any_tokenizer_is_refused_before_it_is_read()
    {
        using var folder = new TemporaryFolder();
        using (FileStream file = File.Create(folder["tokenizer.json"]))
        {
            file.SetLength(TokenizerFiles.MaximumBytes + 1);
        }

        TokenizerException error = Assert.Throws<TokenizerException>(() => VocabularyReader.Read(TokenizerFiles.Find(folder.Path)));
        Assert.Equal(TokenizerError.TooLarge, error.Error);
    }

    [Fact]
    public void A_folder_without_a_vocabulary_says_what_is_needed()
    {
        using var folder = new TemporaryFolder();
        TokenizerException missing = Assert.Throws<TokenizerException>(() => VocabularyReader.Read(TokenizerFiles.Find(folder.Path)));
        Assert.Equal(TokenizerError.NotFound, missing.Error);
        File.WriteAllText(folder["source.spm"], "x");
        TokenizerException native = Assert.Throws<TokenizerException>(() => VocabularyReader.Read(TokenizerFiles.Find(folder.Path)));
        Assert.Equal(TokenizerError.Unsupported, native.Error);
        File.WriteAllText(folder["tokenizer.model"], "x");
        TokenizerException broken = Assert.Throws<TokenizerException>(() => VocabularyReader.Read(TokenizerFiles.Find(folder.Path)));
        Assert.Equal(TokenizerError.InvalidFile, broken.Error);
        Assert.Equal(folder["tokenizer.model"], broken.File);
    }

    [Theory]
    [InlineData("tok-a", "tokenizer.json")]
    [InlineData("tok-b", "tokenizer.json")]
    [InlineData("tok-a", "tokenizer_config.json")]
    public void Random_damage_is_read_or_refused_and_what_is_read_can_be_written(string model, string damaged)
    {
        byte[] good = File.ReadAllBytes(GoldenPath.Of("merge", "models", model, damaged));
        byte[] tokenizer = File.ReadAllBytes(GoldenPath.Of("merge", "models", model, "tokenizer.json"));
        int refused = 0;
        for (int seed = 0; seed < 1500; seed++)
        {
            byte[] bad = Damage(good, new Random(seed));
            TokenizerFiles files = Files(("tokenizer.json", tokenizer), (damaged, bad));
            try
            {
                Vocabulary vocabulary = VocabularyReader.Read(files);
                _ = ChatTemplate.Find(files);
                TokenizerFiles written = AddedTokensWriter.Add(files, [(new AddedToken("<new \"token\">"), vocabulary.Size)]);
                Assert.Equal(vocabulary.Size, VocabularyReader.Read(written).Ids["<new \"token\">"]);
            }
            catch (TokenizerException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 1499);
    }

    private static byte[] Damage(byte[] good, Random random)
    {
        byte[] bad = [.. good];
        const string Signs = "{}[]\",:0-9eE.\\u tfn";
        for (int count = random.Next(1, 4); count > 0; count--)
        {
            int place = random.Next(bad.Length);
            switch (random.Next(4))
            {
                case 0:
                    bad[place] = (byte)random.Next(256);
                    break;
                case 1:
                    bad[place] = (byte)Signs[random.Next(Signs.Length)];
                    break;
                case 2:
                    bad = [.. bad[..place], .. bad[Math.Min(bad.Length, place + random.Next(1, 30))..]];
                    break;
                default:
                    int length = Math.Min(random.Next(1, 60), bad.Length - place);
                    bad = [.. bad[..place], .. bad[place..(place + length)], .. bad[place..]];
                    break;
            }
        }

        return bad;
    }

    private static TokenizerFiles Files(params (string Name, byte[] Content)[] files) =>
        files.Aggregate(TokenizerFiles.Find(null), (all, file) => all.With(file.Name, file.Content));
}
