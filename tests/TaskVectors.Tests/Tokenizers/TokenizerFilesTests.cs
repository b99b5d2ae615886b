using System.Text;
using TaskVectors.Tokenizers;

namespace TaskVectors.Tests.Tokenizers;

/// <summary>What is read from the files of a tokenizer, and what is written to them.</summary>
public class TokenizerFilesTests
{
    private static readonly (AddedToken Token, int Id)[] New = [(new AddedToken("<\"é\">") { IsSpecial = true, IsNormalized = false, StripsLeft = true }, 9)];

    [Fact]
    public void Older_tokenizers_are_read_from_their_own_files()
    {
        Vocabulary vocabulary = Read(
            ("vocab.json", """{"a": 0, "b": 2}"""),
            ("added_tokens.json", """{"<pad>": 3, "<x>": 4}"""),
            ("special_tokens_map.json", """{"pad_token": {"content": "<pad>"}, "additional_special_tokens": ["<y>"]}"""));
        Assert.Equal(["a", null, "b", "<pad>", "<x>"], vocabulary.Tokens);
        Assert.True(vocabulary.Added["<pad>"].IsSpecial);
        Assert.False(vocabulary.Added["<x>"].IsSpecial);
    }

    [Fact]
    public void The_lines_of_a_word_list_are_numbered_whatever_ends_them()
    {
        Vocabulary vocabulary = Read(("vocab.txt", "[PAD]\r\n\u2028\n##s\n"));
        Assert.Equal(["[PAD]", "\u2028", "##s"], vocabulary.Tokens);
    }

    [Fact]
    public void Pieces_with_scores_are_numbered_by_their_place()
    {
        Vocabulary vocabulary = Read(("tokenizer.json", """{"model": {"vocab": [["<unk>", 0], ["\u2581a", -2.5]]}, "added_tokens": [{"id": 0, "content": "<unk>", "special": true}]}"""));
        Assert.Equal(["<unk>", "▁a"], vocabulary.Tokens);
        Assert.Equal(["<unk>"], vocabulary.Added.Keys);
    }

    [Fact]
    public void Tokens_that_only_the_config_adds_count_too()
    {
        Vocabulary vocabulary = Read(
            ("tokenizer.json", """{"model": {"vocab": {"a": 0}}, "added_tokens": [{"id": 1, "content": "<x>", "special": true}]}"""),
            ("tokenizer_config.json", """{"added_tokens_decoder": {"1": {"content": "<x>"}, "2": {"content": "<y>", "rstrip": true}}}"""));
        Assert.Equal(["a", "<x>", "<y>"], vocabulary.Tokens);
        Assert.True(vocabulary.Added["<x>"].IsSpecial);
        Assert.True(vocabulary.Added["<y>"].StripsRight);
    }

    [Theory]
    [InlineData("""{"added_tokens":[{"id":8,"content":"<x>"}],"model":{"vocab":{"a":0,"\u0062":1},"s":-0.50}}""")]
    [InlineData("""{"added_tokens":[],"model":{"vocab":{"a":0}}}""")]
    [InlineData("""{"model":{"vocab":{"a":0}}}""")]
    [InlineData("{\n  \"version\": \"1.0\",\n  \"added_tokens\": [\n    {\n      \"id\": 8,\n      \"content\": \"<x>\"\n    }\n  ],\n  \"model\": {\"vocab\": {\"a\": 0}}\n}")]
    [InlineData("{\n  \"added_tokens\": [],\n  \"model\": {\"vocab\": {\"a\": 0}}\n}")]
    [InlineData("{\n  \"model\": {\"vocab\": {\"a\": 0}}\n}")]
    public void Adding_a_token_leaves_every_other_byte_as_it_is(string text)
    {
        TokenizerFiles written = AddedTokensWriter.Add(Files(("tokenizer.json", text)), New);

        string changed = Encoding.UTF8.GetString(written.Read("tokenizer.json")!.Value.Span);
        int shared = text.Zip(changed).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.EndsWith(text[shared..], changed, StringComparison.Ordinal);
        Vocabulary vocabulary = VocabularyReader.Read(written);
        Assert.Equal(New[0].Token, vocabulary.Added["<\"é\">"]);
        Assert.Equal(9, vocabulary.Ids["<\"é\">"]);
        Assert.Equal(text.Contains("<x>", StringComparison.Ordinal), vocabulary.Ids.ContainsKey("<x>"));
    }

    [Fact]
    public void Added_tokens_reach_every_file_that_is_read_for_them()
    {
        (string, string)[] files =
        [
            ("tokenizer.json", """{"model": {"vocab": {"a": 0}}}"""),
            ("tokenizer_config.json", """{"added_tokens_decoder": {}, "model_max_length": 1e30}"""),
            ("added_tokens.json", """{"<x>": 8}"""),
        ];
        TokenizerFiles written = AddedTokensWriter.Add(Files(files), New);
        Assert.Contains("\"9\"", Text(written, "tokenizer_config.json"), StringComparison.Ordinal);
        Assert.Contains("1e30", Text(written, "tokenizer_config.json"), StringComparison.Ordinal);
        Assert.Contains("\"<x>\": 8", Text(written, "added_tokens.json"), StringComparison.Ordinal);
        Assert.Contains(": 9", Text(written, "added_tokens.json"), StringComparison.Ordinal);

        TokenizerFiles native = AddedTokensWriter.Add(Files(("vocab.json", """{"a": 0}"""), ("tokenizer_config.json", "{}")), New);
        Assert.Equal(9, VocabularyReader.Read(native).Ids["<\"é\">"]);
    }

    [Fact]
    public void A_chat_template_of_its_own_file_comes_first_and_a_list_has_a_default()
    {
        const string List = """{"chat_template": [{"name": "tool", "template": "t"}, {"name": "default", "template": "d"}]}""";
        Assert.Equal("d", ChatTemplate.Find(Files(("tokenizer_config.json", List))));
        Assert.Equal("j", ChatTemplate.Find(Files(("tokenizer_config.json", List), ("chat_template.jinja", "j"))));
        Assert.Null(ChatTemplate.Find(Files(("tokenizer_config.json", "{}"))));
        TokenizerFiles set = ChatTemplate.With(Files(("tokenizer_config.json", List)), "{{ 'new' }}");
        Assert.Equal("{{ 'new' }}", ChatTemplate.Find(set));
        Assert.Contains("{{ 'new' }}", Text(set, "tokenizer_config.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void Known_chat_templates_write_the_tokens_they_name_and_close_what_they_open()
    {
        foreach (KnownChatTemplate template in KnownChatTemplates.Names.Select(KnownChatTemplates.Find).OfType<KnownChatTemplate>())
        {
            Assert.All(template.Tokens, token => Assert.Contains(token, template.Text, StringComparison.Ordinal));
            Assert.Equal(Count(template, "{% for"), Count(template, "{% endfor"));
            Assert.Equal(Count(template, "{% if"), Count(template, "{% endif"));
            Assert.Equal(Count(template, "{{"), Count(template, "}}"));
        }

        static int Count(KnownChatTemplate template, string part) => template.Text.Split(part).Length;
    }

    private static Vocabulary Read(params (string Name, string Text)[] files) => VocabularyReader.Read(Files(files));

    private static string Text(TokenizerFiles files, string name) => Encoding.UTF8.GetString(files.Read(name)!.Value.Span);

    private static TokenizerFiles Files(params (string Name, string Text)[] files) =>
        files.Aggregate(TokenizerFiles.Find(null), (all, file) => all.With(file.Name, Encoding.UTF8.GetBytes(file.Text)));
}
