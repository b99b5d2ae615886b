using System.Globalization;
using System.Text.Json;
using TaskVectors.Tokenizers.SentencePiece;

namespace TaskVectors.Tokenizers;

/// <summary>
/// The tokens of a tokenizer that is stored as SentencePiece alone: a piece has the number of its place. T5's extra tokens, which stand in no file, come
/// after them, counted downwards. Tokenizers that number pieces otherwise are refused, as the file does not say how.
/// </summary>
internal static class SentencePieceVocabulary
{
    private const int ExtraTokensOfT5 = 100;

    private const int LargestExtra = 100_000;

    // fairseq's tokens come first there, and the pieces after them.
    private const string Shifted = "sentencepiece.bpe.model";

    private static readonly string[] ShiftedClasses = ["Pegasus", "XLMRoberta", "Camembert", "MBart", "Nllb", "XGLM", "Barthez", "M2M100", "Speech2Text"];

    /// <summary>The file that the tokens are read from, or <see langword="null"/>.</summary>
    public static string? FileOf(TokenizerFiles files) => Array.Find(TokenizerNames.Pieces, files.Has);

    /// <summary>Adds the tokens.</summary>
    /// <param name="vocabulary">What they are added to.</param>
    /// <param name="files">The files of the tokenizer.</param>
    /// <param name="name">The file that the tokens are read from.</param>
    /// <exception cref="TokenizerException">The file is malformed, or does not tell the numbers of rows.</exception>
    public static void Add(Vocabulary vocabulary, TokenizerFiles files, string name)
    {
        string file = files.PathOf(name);
        string? kind = KindOf(files);
        if (name == Shifted || (kind is not null && Array.Exists(ShiftedClasses, start => kind.StartsWith(start, StringComparison.Ordinal))))
        {
            throw new TokenizerException(
                TokenizerError.Unsupported, file, $"the rows of {kind ?? "models with such a file"} are not numbered by the pieces of SentencePiece; add {TokenizerNames.Tokenizer}, which transformers writes when it saves the tokenizer.");
        }

        var model = SentencePieceModel.Parse(file, files.Read(name)!.Value.Span);
        if (model.Entries.Count > Vocabulary.MaximumSize)
        {
            throw new TokenizerException(TokenizerError.TooLarge, file, $"there are more than {Vocabulary.MaximumSize} pieces.");
        }

        for (int id = 0; id < model.Entries.Count; id++)
        {
            Add(vocabulary, file, model.Entries[id], id);
        }

        int extra = ExtraTokens(files, kind);
        for (int index = 0; index < extra; index++)
        {
            vocabulary.Add(new AddedToken(string.Create(CultureInfo.InvariantCulture, $"<extra_id_{extra - 1 - index}>")) { IsSpecial = true, IsNormalized = false }, model.Entries.Count + index);
        }
    }

    private static void Add(Vocabulary vocabulary, string file, SentencePieceEntry entry, int id)
    {
        if (!vocabulary.TryAdd(entry.Text, id))
        {
            throw new TokenizerException(TokenizerError.DuplicateToken, file, $"the token {Checkpoints.QuotedName.Of(entry.Text)} has two numbers.");
        }

        if (entry.Kind is SentencePieceKind.Unknown or SentencePieceKind.Control or SentencePieceKind.UserDefined)
        {
            vocabulary.Add(new AddedToken(entry.Text) { IsSpecial = entry.Kind != SentencePieceKind.UserDefined, IsNormalized = false }, id);
        }
    }

    private static string? KindOf(TokenizerFiles files) => Setting(files, "tokenizer_class") is { ValueKind: JsonValueKind.String } kind ? kind.GetString() : null;

    // What added_tokens_decoder says comes later, and says the same.
    private static int ExtraTokens(TokenizerFiles files, string? kind) => Setting(files, "extra_ids") switch
    {
        null => kind is "T5Tokenizer" or "T5TokenizerFast" ? ExtraTokensOfT5 : 0,
        { ValueKind: JsonValueKind.Number } given when given.TryGetInt32(out int count) && count is >= 0 and <= LargestExtra => count,
        _ => throw TokenizerJson.Invalid(files.PathOf(TokenizerNames.Config), $"'extra_ids' must be a whole number from 0 to {LargestExtra}."),
    };

    private static JsonElement? Setting(TokenizerFiles files, string key) => files.Read(TokenizerNames.Config) is { } content
        ? TokenizerJson.Read(files.PathOf(TokenizerNames.Config), content, root => TokenizerJson.Find(root, key)?.Clone())
        : null;
}
