namespace TaskVectors.Tokenizers;

/// <summary>The names of the files that make up a tokenizer.</summary>
internal static class TokenizerNames
{
    public const string Tokenizer = "tokenizer.json";

    public const string Config = "tokenizer_config.json";

    public const string AddedTokens = "added_tokens.json";

    public const string SpecialTokens = "special_tokens_map.json";

    public const string Vocabulary = "vocab.json";

    public const string Words = "vocab.txt";

    public const string ChatTemplate = "chat_template.jinja";

    public const string ChatTemplateJson = "chat_template.json";

    /// <summary>Vocabularies as SentencePiece stores them, each one that of the whole model.</summary>
    public static readonly string[] Pieces = ["tokenizer.model", "spiece.model", "sentencepiece.bpe.model"];

    /// <summary>All files of SentencePiece; of a pair neither tells the numbers of rows.</summary>
    public static readonly string[] SentencePiece = [.. Pieces, "source.spm", "target.spm"];

    /// <summary>Vocabularies that are read by programs that do not read <see cref="Tokenizer"/>; their added tokens stand in <see cref="AddedTokens"/>.</summary>
    public static readonly string[] Native = [Vocabulary, Words, .. SentencePiece];

    private static readonly string[] Others =
        [Tokenizer, Config, AddedTokens, SpecialTokens, "merges.txt", "normalizer.json", ChatTemplate, ChatTemplateJson];

    /// <summary>Whether a file of a model's folder belongs to its tokenizer.</summary>
    public static bool Contains(string relativePath) =>
        Native.Contains(relativePath) || Others.Contains(relativePath) || relativePath.StartsWith("additional_chat_templates/", StringComparison.Ordinal);
}
