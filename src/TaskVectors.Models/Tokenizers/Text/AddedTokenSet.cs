using TaskVectors.Models.Tokenizers.Models;
using TaskVectors.Models.Tokenizers.Normalizers;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Text;

/// <summary>Finds added tokens: some in the raw text, the others in the normalised one; of several at a place the longest.</summary>
internal sealed class AddedTokenSet
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<int, string> _texts = [];
    private readonly Dictionary<string, int> _byContent = new(StringComparer.Ordinal);
    private readonly HashSet<int> _special = [];
    private readonly INormalizer? _normalizer;
    private readonly TokenTrie? _raw;
    private readonly TokenTrie? _normalized;

    /// <summary>Creates the set.</summary>
    /// <param name="tokens">The tokens to find.</param>
    /// <param name="normalizer">What rewrites the text between those found in the raw text.</param>
    /// <param name="unmatched">Ids that count as special, but are not found in texts.</param>
    public AddedTokenSet(IReadOnlyList<AddedToken> tokens, INormalizer? normalizer, IEnumerable<int>? unmatched = null)
    {
        All = tokens;
        _normalizer = normalizer;
        foreach (AddedToken token in tokens)
        {
            string content = token.IsNormalized && normalizer is not null
                ? normalizer.Normalize(new AlignedText(token.Content)).ToString()
                : token.Content;
            _byId[token.Id] = token;
            _texts[token.Id] = content;
            _byContent[token.Content] = token.Id;
            if (token.IsSpecial && content == token.Content)
            {
                _ = _special.Add(token.Id);
            }

            if (content.Length > 0)
            {
                TokenTrie trie = token.IsNormalized ? _normalized ??= new TokenTrie() : _raw ??= new TokenTrie();
                trie.Add(content, token.Id);
            }
        }

        _special.UnionWith(unmatched ?? []);
    }

    public IReadOnlyList<AddedToken> All { get; }

    /// <summary>Whether decoding may skip an id. A special token that normalisation changes is not skipped, as in the reference.</summary>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>The text by which a token is found, and into which its id is decoded: the normalised one if it is sought in normalised text.</summary>
    public string? ContentOf(int id) => _texts.GetValueOrDefault(id);

    public int? IdOf(string content) => _byContent.TryGetValue(content, out int id) ? id : null;

    /// <summary>Cuts out the tokens and normalises the rest.</summary>
    public List<TextPiece> Extract(string text)
    {
        var pieces = new List<TextPiece>();
        foreach (TextPiece piece in Cut(new AlignedText(text), _raw))
        {
            if (piece.Token is not null)
            {
                pieces.Add(piece);
                continue;
            }

            AlignedText normalized = _normalizer is null ? piece.Text : _normalizer.Normalize(piece.Text);
            pieces.AddRange(Cut(normalized, _normalized));
        }

        return pieces;
    }

    private List<TextPiece> Cut(AlignedText text, TokenTrie? trie)
    {
        if (text.Length == 0)
        {
            return [];
        }

        var pieces = new List<TextPiece>();
        int done = 0;
        int position = 0;
        while (trie is not null && position < text.Length)
        {
            if (!TryMatch(text.Points, trie, position, out int end, out int id))
            {
                position++;
                continue;
            }

            AddedToken token = _byId[id];
            int start = position;
            position = end;
            if (start < done || (token.SingleWord && TouchesWord(text.Points, start, end)))
            {
                continue;
            }

            start = token.StripsLeft ? SkipSpaceLeft(text.Points, start, done) : start;
            end = token.StripsRight ? SkipSpaceRight(text.Points, end) : end;
            AddText(pieces, text, done, start);
            pieces.Add(new TextPiece(text.Slice(start, end), token));
            done = end;
        }

        AddText(pieces, text, done, text.Length);
        return pieces;
    }

    private static void AddText(List<TextPiece> pieces, AlignedText text, int start, int end)
    {
        if (end > start)
        {
            pieces.Add(new TextPiece(text.Slice(start, end), null));
        }
    }

    private static bool TryMatch(ReadOnlySpan<int> points, TokenTrie trie, int start, out int end, out int id)
    {
        (end, id) = (start, -1);
        int node = 0;
        for (int position = start; position < points.Length; position++)
        {
            node = trie.Step(node, points[position]);
            if (node < 0)
            {
                break;
            }

            if (trie.ValueAt(node) is int value and >= 0)
            {
                (end, id) = (position + 1, value);
            }
        }

        return id >= 0;
    }

    private static bool TouchesWord(ReadOnlySpan<int> points, int start, int end) =>
        (start > 0 && CodePoints.IsWord(points[start - 1])) || (end < points.Length && CodePoints.IsWord(points[end]));

    private static int SkipSpaceLeft(ReadOnlySpan<int> points, int start, int lowest)
    {
        while (start > lowest && CodePoints.IsWhiteSpace(points[start - 1]))
        {
            start--;
        }

        return start;
    }

    private static int SkipSpaceRight(ReadOnlySpan<int> points, int end)
    {
        while (end < points.Length && CodePoints.IsWhiteSpace(points[end]))
        {
            end++;
        }

        return end;
    }
}
