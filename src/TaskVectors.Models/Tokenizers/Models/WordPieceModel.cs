using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>
/// WordPiece: the longest token that begins the word, then the longest continuation, and so on; a word that cannot be finished is unknown.
/// </summary>
internal sealed class WordPieceModel : ITokenModel
{
    private readonly string _unknown;
    private readonly int _unknownId;
    private readonly string _prefix;
    private readonly int _maximumPoints;
    private readonly int _longest;

    public WordPieceModel(TokenVocabulary vocabulary, string unknown, string continuationPrefix, int maximumPoints)
    {
        Vocabulary = vocabulary;
        _unknown = unknown;
        _unknownId = vocabulary.IdOf(unknown) ?? throw new TokenizerException(
            "tokenizer.malformed", $"The vocabulary has no unknown token '{unknown}'. Add it, or name the right one.");
        _prefix = continuationPrefix;
        _maximumPoints = maximumPoints;
        _longest = vocabulary.Entries.Select(entry => entry.Key.Length).DefaultIfEmpty(0).Max();
    }

    public TokenVocabulary Vocabulary { get; }

    public void Tokenize(AlignedText piece, List<PieceToken> tokens)
    {
        int first = tokens.Count;
        if (piece.Length <= _maximumPoints && TryTokenize(piece.Points, tokens))
        {
            return;
        }

        tokens.RemoveRange(first, tokens.Count - first);
        tokens.Add(new PieceToken(_unknownId, _unknown, 0, piece.Length));
    }

    private bool TryTokenize(ReadOnlySpan<int> points, List<PieceToken> tokens)
    {
        char[] buffer = new char[_prefix.Length + (points.Length * 2)];
        _prefix.CopyTo(buffer);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids = Vocabulary.BySpan;
        int start = 0;
        while (start < points.Length)
        {
            int written = CodePoints.Write(points[start..], buffer.AsSpan(_prefix.Length));
            int from = start == 0 ? _prefix.Length : 0;
            ReadOnlySpan<char> rest = buffer.AsSpan(from, _prefix.Length + written - from);
            int end = points.Length;
            int id = -1;
            while (end > start && (rest.Length > _longest || !ids.TryGetValue(rest, out _, out id)))
            {
                end--;
                rest = rest[..^(points[end] >= 0x10000 ? 2 : 1)];
            }

            if (end == start)
            {
                return false;
            }

            tokens.Add(new PieceToken(id, Vocabulary.TextOf(id)!, start, end));
            start = end;
        }

        return true;
    }
}
