using TaskVectors.Models.Tokenizers.Decoders;
using TaskVectors.Models.Tokenizers.Models;
using TaskVectors.Models.Tokenizers.Normalizers;
using TaskVectors.Models.Tokenizers.PostProcessors;
using TaskVectors.Models.Tokenizers.PreTokenizers;
using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>Reads BERT's <c>vocab.txt</c>: a token a line, its id the line's number.</summary>
internal static class WordPieceFiles
{
    private const string Continuation = "##";
    private const int LongestWord = 100;

    public static Tokenizer Read(string file, TokenizerSettings settings)
    {
        var vocabulary = new TokenVocabulary();
        foreach (string line in TokenizerFile.ReadLines(file))
        {
            vocabulary.Add(line, vocabulary.IdLimit);
        }

        // Without settings, a vocabulary that knows no capital letter is one for lower-cased text.
        bool lowercase = settings.OptionalFlag("do_lower_case")
            ?? !vocabulary.Entries.Any(entry => !entry.Key.StartsWith('[') && entry.Key.Any(char.IsAsciiLetterUpper));
        var normalizer = new BertNormalizer(
            cleanText: true,
            settings.Flag("tokenize_chinese_chars", true),
            settings.OptionalFlag("strip_accents") ?? lowercase,
            lowercase);
        string unknown = settings.Token("unk_token", "[UNK]");
        (int, string) start = Special(vocabulary, settings.Token("cls_token", "[CLS]"));
        (int, string) end = Special(vocabulary, settings.Token("sep_token", "[SEP]"));
        string[] names = [settings.Token("pad_token", "[PAD]"), unknown, start.Item2, end.Item2, settings.Token("mask_token", "[MASK]")];
        return new Tokenizer(new TokenizerParts
        {
            Model = new WordPieceModel(vocabulary, unknown, Continuation, LongestWord),
            AddedTokens = new AddedTokenSet(NativeTokens.Special(vocabulary, settings, names), normalizer),
            PreTokenizer = new BertPreTokenizer(),
            PostProcessor = TemplatePostProcessor.Bert(start, end),
            Decoder = new WordPieceDecoder(Continuation, cleanup: true),
        });
    }

    private static (int Id, string Text) Special(TokenVocabulary vocabulary, string token) =>
        (vocabulary.IdOf(token) ?? throw new TokenizerException(
            "tokenizer.malformed", $"The vocabulary has no token '{token}'. Is it BERT's?"), token);
}
