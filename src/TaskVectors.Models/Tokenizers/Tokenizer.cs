using TaskVectors.Models.Tokenizers.Models;
using TaskVectors.Models.Tokenizers.PostProcessors;
using TaskVectors.Models.Tokenizers.Reading;
using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers;

/// <summary>
/// Turns text into the tokens of a model and back: byte-level BPE, CLIP's BPE, WordPiece, and SentencePiece's unigram and BPE, from
/// <c>tokenizer.json</c> or from the files that came before it. Immutable, and safe for use by several threads.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly PieceCache _cache;

    internal Tokenizer(TokenizerParts parts)
        : this(parts, new PieceCache(parts.Model))
    {
    }

    private Tokenizer(TokenizerParts parts, PieceCache cache)
    {
        _parts = parts;
        _cache = cache;
    }

    /// <summary>The number of tokens, added ones counted.</summary>
    public int VocabularySize => Vocabulary.Count + _parts.AddedTokens.All.Count(token => Vocabulary.IdOf(token.Content) is null);

    /// <summary>One more than the highest id: the rows that an embedding needs.</summary>
    public int IdLimit => Math.Max(Vocabulary.IdLimit, _parts.AddedTokens.All.Select(token => token.Id + 1).DefaultIfEmpty(0).Max());

    /// <summary>The tokens that are found in texts before the model sees them.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => _parts.AddedTokens.All;

    /// <summary>How long encodings may be, or <see langword="null"/> for any length.</summary>
    public TokenizerTruncation? Truncation => _parts.Truncation;

    /// <summary>How encodings are made equally long, or <see langword="null"/> if they are not.</summary>
    public TokenizerPadding? Padding => _parts.Padding;

    private TokenVocabulary Vocabulary => _parts.Model.Vocabulary;

    /// <summary>
    /// Reads a tokenizer: a folder with <c>tokenizer.json</c>, a SentencePiece model, <c>vocab.json</c> and <c>merges.txt</c>, or <c>vocab.txt</c>
    /// (the first of these that exists), or one of these files.
    /// </summary>
    /// <exception cref="TokenizerException">There is none, it is malformed, or it uses what is not supported.</exception>
    public static Tokenizer Load(string path) => TokenizerFiles.Load(path);

    /// <summary>The same tokenizer with another maximum length.</summary>
    public Tokenizer WithTruncation(TokenizerTruncation? truncation) => new(_parts with { Truncation = truncation }, _cache);

    /// <summary>The same tokenizer with other padding.</summary>
    public Tokenizer WithPadding(TokenizerPadding? padding) => new(_parts with { Padding = padding }, _cache);

    /// <summary>The id of a token, or <see langword="null"/>.</summary>
    public int? IdOf(string token) => _parts.AddedTokens.IdOf(token) ?? Vocabulary.IdOf(token);

    /// <summary>The token of an id, or <see langword="null"/>.</summary>
    public string? TokenOf(int id) => _parts.AddedTokens.ContentOf(id) ?? Vocabulary.TextOf(id);

    /// <summary>Whether decoding may skip an id.</summary>
    public bool IsSpecial(int id) => _parts.AddedTokens.IsSpecial(id);

    /// <summary>Checks that every id has a row in a model's embedding.</summary>
    /// <param name="embeddingRows">The rows.</param>
    /// <exception cref="TokenizerException">An id is too large.</exception>
    public void CheckFits(int embeddingRows)
    {
        if (IdLimit > embeddingRows)
        {
            throw new TokenizerException(
                "tokenizer.vocabulary",
                $"The tokenizer has ids up to {IdLimit - 1} ('{TokenOf(IdLimit - 1)}'), but the model's embedding has {embeddingRows} rows. "
                + "Use the tokenizer that belongs to the model, or resize the embedding.");
        }
    }

    /// <summary>Encodes a text, or a pair of texts.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pair">The second text.</param>
    /// <param name="addSpecialTokens">Whether the template's special tokens are added.</param>
    /// <exception cref="TokenizerException">The text is not valid Unicode, or it does not fit the truncation.</exception>
    public TokenizerEncoding Encode(string text, string? pair = null, bool addSpecialTokens = true) =>
        EncodeBatch([(text, pair)], addSpecialTokens)[0];

    /// <summary>Encodes several texts; padding makes them equally long.</summary>
    public IReadOnlyList<TokenizerEncoding> EncodeBatch(IReadOnlyList<string> texts, bool addSpecialTokens = true) =>
        EncodeBatch([.. texts.Select(text => (text, (string?)null))], addSpecialTokens);

    /// <summary>Encodes several texts or pairs; padding makes them equally long.</summary>
    public IReadOnlyList<TokenizerEncoding> EncodeBatch(IReadOnlyList<(string Text, string? Pair)> texts, bool addSpecialTokens = true)
    {
        EncodingDraft[] drafts = [.. texts.Select(text => Complete(text.Text, text.Pair, addSpecialTokens))];
        if (_parts.Padding is { } padding)
        {
            EncodingPadder.Pad(drafts, padding);
        }

        return [.. drafts.Select(draft => new TokenizerEncoding(draft))];
    }

    /// <summary>The text of ids.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <exception cref="TokenizerException">An id has no token.</exception>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true)
    {
        var tokens = new List<string>();
        foreach (int id in ids)
        {
            string token = TokenOf(id) ?? throw new TokenizerException(
                "tokenizer.id", $"There is no token of id {id}. Ids of this tokenizer are 0 to {IdLimit - 1}.");
            if (!skipSpecialTokens || !IsSpecial(id))
            {
                tokens.Add(token);
            }
        }

        return _parts.Decoder is null ? string.Join(' ', tokens) : string.Concat(_parts.Decoder.Decode(tokens));
    }

    private EncodingDraft Complete(string text, string? pair, bool addSpecialTokens)
    {
        List<EncodingDraft> drafts = [new EncodingDraft(Tokenize(text, sequence: 0))];
        if (pair is not null)
        {
            drafts.Add(new EncodingDraft(Tokenize(pair, sequence: 1)));
        }

        if (_parts.Truncation is { } truncation)
        {
            int added = addSpecialTokens ? _parts.PostProcessor?.AddedCount(pair is not null) ?? 0 : 0;
            EncodingTruncator.Truncate(drafts, truncation, added);
        }

        IReadOnlyList<EncodingDraft> processed = _parts.PostProcessor?.Process(drafts, addSpecialTokens) ?? drafts;
        return processed.Count == 0 ? new EncodingDraft([]) : processed.Aggregate((left, right) => left.Join(right));
    }

    private List<EncodedToken> Tokenize(string text, int sequence)
    {
        var tokens = new List<EncodedToken>();
        var pieces = new List<AlignedText>();
        foreach (TextPiece piece in _parts.AddedTokens.Extract(text))
        {
            if (piece.Token is { } added)
            {
                TextSpan span = piece.Text.OriginalSpan(0, piece.Text.Length);
                tokens.Add(new EncodedToken(added.Id, piece.Text.ToString(), span, sequence, sequence));
                continue;
            }

            pieces.Clear();
            if (_parts.PreTokenizer is null)
            {
                pieces.Add(piece.Text);
            }
            else
            {
                _parts.PreTokenizer.Split(piece.Text, pieces);
            }

            foreach (AlignedText part in pieces)
            {
                AddTokens(part, sequence, tokens);
            }
        }

        return tokens;
    }

    private void AddTokens(AlignedText piece, int sequence, List<EncodedToken> tokens)
    {
        if (piece.Length == 0)
        {
            return;
        }

        foreach (PieceToken token in _cache.Tokenize(piece))
        {
            tokens.Add(new EncodedToken(token.Id, token.Text, piece.OriginalSpan(token.Start, token.End), sequence, sequence));
        }
    }
}
