using TaskVectors.Models.Tokenizers.Decoders;
using TaskVectors.Models.Tokenizers.Models;
using TaskVectors.Models.Tokenizers.Normalizers;
using TaskVectors.Models.Tokenizers.Patterns;
using TaskVectors.Models.Tokenizers.PostProcessors;
using TaskVectors.Models.Tokenizers.PreTokenizers;
using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>
/// Reads <c>vocab.json</c> and <c>merges.txt</c>. Which of the tokenizers that use them is meant, the settings tell, or else the special
/// tokens of the vocabulary.
/// </summary>
internal static class BpeFiles
{
    private const string EndOfText = "<|endoftext|>";
    private const string StartOfText = "<|startoftext|>";
    private const string ClipPattern = @"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";
    private const string QwenPattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public static Tokenizer Read(string vocabularyFile, string mergesFile, TokenizerSettings settings)
    {
        var vocabulary = new TokenVocabulary();
        foreach ((string token, JsonNode id) in TokenizerFile.ReadJson(vocabularyFile).Members())
        {
            vocabulary.Add(token, id.Integer());
        }

        BpeMerges merges = ReadMerges(mergesFile, vocabulary);
        if (settings.IsKind("clip") || (settings.Kind is null && vocabulary.IdOf(StartOfText) is not null))
        {
            return Clip(vocabulary, merges, settings);
        }

        if (settings.IsKind("roberta") || (settings.Kind is null && vocabulary.IdOf("<s>") is not null && vocabulary.IdOf("</s>") is not null))
        {
            return Roberta(vocabulary, merges, settings);
        }

        return settings.IsKind("qwen2") ? Qwen(vocabulary, merges, settings) : Gpt2(vocabulary, merges, settings);
    }

    private static BpeMerges ReadMerges(string file, TokenVocabulary vocabulary)
    {
        var pairs = new List<(string, string)>();
        foreach (string line in TokenizerFile.ReadLines(file))
        {
            if ((pairs.Count == 0 && line.StartsWith("#version", StringComparison.Ordinal)) || line.Length == 0)
            {
                continue;
            }

            string[] parts = line.Split(' ');
            if (parts.Length != 2)
            {
                throw new TokenizerException(
                    "tokenizer.malformed", $"{file}: merge {pairs.Count}, '{line}', must be two tokens with a space between. Download the file again.");
            }

            pairs.Add((parts[0], parts[1]));
        }

        return BpeMerges.Create(pairs, vocabulary, "");
    }

    private static Tokenizer Gpt2(TokenVocabulary vocabulary, BpeMerges merges, TokenizerSettings settings)
    {
        List<AddedToken> added = NativeTokens.Special(vocabulary, settings, EndOfText);
        if (added.Count == 0)
        {
            added.Add(new AddedToken { Id = vocabulary.IdLimit, Content = EndOfText, IsSpecial = true });
        }

        bool prefixSpace = settings.Flag("add_prefix_space", false);
        return new Tokenizer(new TokenizerParts
        {
            Model = new BpeModel(vocabulary, merges, new BpeOptions()),
            AddedTokens = new AddedTokenSet(added, normalizer: null),
            PreTokenizer = new ByteLevelPreTokenizer(prefixSpace, usePattern: true),
            PostProcessor = new OffsetTrimmer(addPrefixSpace: true),
            Decoder = new ByteLevelDecoder(),
        });
    }

    private static Tokenizer Roberta(TokenVocabulary vocabulary, BpeMerges merges, TokenizerSettings settings)
    {
        string start = settings.Token("cls_token", "<s>");
        string end = settings.Token("sep_token", "</s>");
        List<AddedToken> added = NativeTokens.Special(vocabulary, settings, start, "<pad>", end, "<unk>");
        if (vocabulary.IdOf("<mask>") is { } mask && !added.Exists(token => token.Id == mask))
        {
            added.Add(new AddedToken { Id = mask, Content = "<mask>", IsSpecial = true, StripsLeft = true });
        }

        bool prefixSpace = settings.Flag("add_prefix_space", false);
        return new Tokenizer(new TokenizerParts
        {
            Model = new BpeModel(vocabulary, merges, new BpeOptions()),
            AddedTokens = new AddedTokenSet(added, normalizer: null),
            PreTokenizer = new ByteLevelPreTokenizer(prefixSpace, usePattern: true),
            PostProcessor = new PostProcessorSequence(
                [new OffsetTrimmer(prefixSpace), TemplatePostProcessor.Roberta(Pair(vocabulary, start), Pair(vocabulary, end))]),
            Decoder = new ByteLevelDecoder(),
        });
    }

    private static Tokenizer Clip(TokenVocabulary vocabulary, BpeMerges merges, TokenizerSettings settings)
    {
        var normalizer = new NormalizerSequence(
        [
            new UnicodeNormalizer(compose: true, compatible: false),
            new ReplaceNormalizer(new RegularPattern(@"\s+"), " "),
            new LowercaseNormalizer(),
        ]);
        return new Tokenizer(new TokenizerParts
        {
            Model = new BpeModel(vocabulary, merges, new BpeOptions { EndOfWordSuffix = "</w>", Unknown = EndOfText }),
            AddedTokens = new AddedTokenSet(NativeTokens.Special(vocabulary, settings, StartOfText, EndOfText), normalizer),
            PreTokenizer = new PreTokenizerSequence(
            [
                new PatternSplit(new RegularPattern(ClipPattern), SplitBehavior.Removed, invert: true),
                new ByteLevelPreTokenizer(addPrefixSpace: false, usePattern: true),
            ]),
            PostProcessor = TemplatePostProcessor.Roberta(Pair(vocabulary, StartOfText), Pair(vocabulary, EndOfText)),
            Decoder = new ByteLevelDecoder(),
        });
    }

    private static Tokenizer Qwen(TokenVocabulary vocabulary, BpeMerges merges, TokenizerSettings settings)
    {
        var normalizer = new UnicodeNormalizer(compose: true, compatible: false);
        return new Tokenizer(new TokenizerParts
        {
            Model = new BpeModel(vocabulary, merges, new BpeOptions()),
            AddedTokens = new AddedTokenSet(NativeTokens.Special(vocabulary, settings, EndOfText), normalizer),
            PreTokenizer = new PreTokenizerSequence(
            [
                new PatternSplit(new RegularPattern(QwenPattern), SplitBehavior.Isolated),
                new ByteLevelPreTokenizer(addPrefixSpace: false, usePattern: false),
            ]),
            Decoder = new ByteLevelDecoder(),
        });
    }

    private static (int Id, string Text) Pair(TokenVocabulary vocabulary, string token) =>
        (vocabulary.IdOf(token) ?? throw new TokenizerException(
            "tokenizer.malformed", $"The vocabulary has no token '{token}'. Do the files and the settings belong together?"), token);
}
