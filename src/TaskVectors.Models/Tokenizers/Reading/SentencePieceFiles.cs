using TaskVectors.Models.Tokenizers.Decoders;
using TaskVectors.Models.Tokenizers.Models;
using TaskVectors.Models.Tokenizers.Normalizers;
using TaskVectors.Models.Tokenizers.Patterns;
using TaskVectors.Models.Tokenizers.PostProcessors;
using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Tokenizers.SentencePiece;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>
/// Reads a SentencePiece model, and encodes as that program does. Which special tokens are added the settings tell; without them a BPE model
/// gets its begin token (as Llama does) and a unigram model its end token (as T5 does).
/// </summary>
internal static class SentencePieceFiles
{
    private const string VisibleSpace = "\u2581";
    private const int LongestPiece = 1024;

    public static Tokenizer Read(string file, TokenizerSettings settings)
    {
        SentencePieceModel model = Parse(file);
        var vocabulary = new TokenVocabulary();
        foreach (SentencePieceEntry entry in model.Entries)
        {
            vocabulary.Add(entry.Text, vocabulary.IdLimit);
        }

        var map = model.CharacterMap.Length == 0 ? null : new CharacterMap(model.CharacterMap.ToArray());
        var normalizer = new SentencePieceNormalizer(
            map, new SentencePieceSpaces(model.AddDummyPrefix, model.RemoveExtraWhitespace, model.EscapeWhitespace));
        return new Tokenizer(new TokenizerParts
        {
            Model = IsBpe(model) ? CreateBpe(model, vocabulary) : CreateUnigram(model, vocabulary),
            AddedTokens = new AddedTokenSet(
                [.. settings.AddedTokens.Where(token => !IsControl(model, token.Id)), .. UserDefined(model)],
                normalizer,
                Enumerable.Range(0, model.Entries.Count).Where(id => IsControl(model, id))),
            PostProcessor = CreateTemplate(model, vocabulary, settings),
            Decoder = new DecoderSequence(
            [
                new ReplaceDecoder(new LiteralPattern(VisibleSpace), " "),
                new ByteFallbackDecoder(),
                new FuseDecoder(),
                new StripDecoder(" ", model.AddDummyPrefix ? 1 : 0, 0),
            ]),
        });
    }

    private static SentencePieceModel Parse(string file)
    {
        try
        {
            var model = SentencePieceModel.Parse(file, TokenizerFile.ReadBytes(file));
            return model.Algorithm is SentencePieceAlgorithm.Word or SentencePieceAlgorithm.Character
                ? throw new TokenizerException("tokenizer.unknown", "The SentencePiece model splits into words or characters; only unigram and BPE models are supported.")
                : model.Entries.Count > TokenVocabulary.MaximumId
                ? throw new TokenizerException("tokenizer.malformed", $"The SentencePiece model has {model.Entries.Count} tokens. Is it the right file?")
                : model;
        }
        catch (TaskVectors.Tokenizers.TokenizerException failure)
        {
            throw new TokenizerException("tokenizer.malformed", failure.Message, failure) { File = file };
        }
    }

    private static bool IsBpe(SentencePieceModel model) => model.Algorithm == SentencePieceAlgorithm.Bpe;

    private static bool IsControl(SentencePieceModel model, int id) =>
        id < model.Entries.Count && model.Entries[id].Kind is SentencePieceKind.Control or SentencePieceKind.Unknown;

    private static IEnumerable<AddedToken> UserDefined(SentencePieceModel model) => model.Entries
        .Select((entry, id) => (entry, id))
        .Where(item => item.entry.Kind == SentencePieceKind.UserDefined)
        .Select(item => new AddedToken { Id = item.id, Content = item.entry.Text });

    private static int Unknown(SentencePieceModel model) => model.Entries.Select((entry, id) => (entry, id)).Where(item => item.entry.Kind == SentencePieceKind.Unknown).Select(item => item.id).DefaultIfEmpty(-1).First();

    private static UnigramModel CreateUnigram(SentencePieceModel model, TokenVocabulary vocabulary) => new(
        vocabulary,
        [.. model.Entries.Select(entry => (double)entry.Score)],
        new UnigramOptions
        {
            UnknownId = Unknown(model) is var id and >= 0 ? id : null,
            ByteFallback = model.ByteFallback,
            SinglePrecision = true,
            IsMatched = id => model.Entries[id].Kind is SentencePieceKind.Normal or SentencePieceKind.UserDefined,
        });

    private static BpeModel CreateBpe(SentencePieceModel model, TokenVocabulary vocabulary)
    {
        // Any two neighbours that make a token may merge; the better its score the sooner, and equal scores have equal ranks.
        float[] scores = [.. model.Entries.Select(entry => entry.Score).Distinct().OrderDescending()];
        var ranks = scores.Select((score, rank) => (score, rank)).ToDictionary(item => item.score, item => item.rank);
        var merges = new BpeMerges();
        for (int id = 0; id < model.Entries.Count; id++)
        {
            SentencePieceEntry entry = model.Entries[id];
            if (entry.Kind is SentencePieceKind.Normal)
            {
                AddMerges(entry.Text, id, ranks[entry.Score], vocabulary, merges);
            }
        }

        int unknown = Unknown(model);
        return new BpeModel(vocabulary, merges, new BpeOptions
        {
            Unknown = unknown >= 0 ? model.Entries[unknown].Text : null,
            FuseUnknown = true,
            ByteFallback = model.ByteFallback,
        });
    }

    private static void AddMerges(string text, int id, int rank, TokenVocabulary vocabulary, BpeMerges merges)
    {
        if (text.Length > LongestPiece)
        {
            throw new TokenizerException(
                "tokenizer.malformed", $"Token {id} of the SentencePiece model has {text.Length} characters; at most {LongestPiece} are supported.");
        }

        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids = vocabulary.BySpan;
        for (int cut = 1; cut < text.Length; cut++)
        {
            if (ids.TryGetValue(text.AsSpan(0, cut), out int left) && ids.TryGetValue(text.AsSpan(cut), out int right))
            {
                merges.Add(left, right, rank, id);
            }
        }
    }

    private static TemplatePostProcessor CreateTemplate(SentencePieceModel model, TokenVocabulary vocabulary, TokenizerSettings settings)
    {
        var before = new List<TemplatePart>();
        var after = new List<TemplatePart>();
        if (settings.Flag("add_bos_token", IsBpe(model)) && vocabulary.IdOf(settings.Token("bos_token", "<s>")) is { } start)
        {
            before.Add(TemplatePart.Special(start, vocabulary.TextOf(start)!, 0));
        }

        if (settings.Flag("add_eos_token", !IsBpe(model)) && vocabulary.IdOf(settings.Token("eos_token", "</s>")) is { } end)
        {
            after.Add(TemplatePart.Special(end, vocabulary.TextOf(end)!, 0));
        }

        return new TemplatePostProcessor(
            [.. before, TemplatePart.Text(0, 0), .. after],
            [.. before, TemplatePart.Text(0, 0), .. after, .. before, TemplatePart.Text(1, 0), .. after]);
    }
}
