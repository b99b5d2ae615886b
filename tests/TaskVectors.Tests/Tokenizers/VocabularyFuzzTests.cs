using System.Text;
using TaskVectors.Tokenizers;

namespace TaskVectors.Tests.Tokenizers;

public class VocabularyFuzzTests
{
    private const int LongestSeed = 40_000;

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer.model")]
    [InlineData("vocab.json")]
    [InlineData("tokenizer_config.json")]
    public void A_damaged_tokenizer_is_a_vocabulary_or_an_error(string name)
    {
        using var folder = new TemporaryFolder();
        byte[][] seeds = [.. Directory.EnumerateFiles(GoldenPath.Of("tokenizers"), name, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(bytes => bytes.Length < LongestSeed)];
        if (name == "tokenizer_config.json")
        {
            File.Copy(GoldenPath.Of("tokenizers", "bert-uncased", "tokenizer.json"), folder["tokenizer.json"]);
            seeds = [Encoding.UTF8.GetBytes("""{"added_tokens_decoder": {"5": {"content": "<x>", "lstrip": false, "special": true}}, "unk_token": {"content": "[UNK]"}, "chat_template": "{{ messages }}"}""")];
        }

        new Mutations(seeds, "{", "}", "[", "]", ",", ":", "\"", "null", "-1", "2147483648", "1e9", "\\ud800", "\"id\":", "\u0001", "\u00ff\u00ff\u00ff\u00ff\u007f").ForEach((bytes, round) =>
        {
            File.WriteAllBytes(folder[name], bytes);
            try
            {
                _ = VocabularyReader.Read(TokenizerFiles.Find(folder.Path));
            }
            catch (TaskVectorsException error)
            {
                Assert.NotEmpty(error.Message);
            }
        });
    }
}
