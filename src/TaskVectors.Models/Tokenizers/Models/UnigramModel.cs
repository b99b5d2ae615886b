using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>
/// The unigram language model (Kudo 2018): the segmentation with the highest sum of scores (log-probabilities), found by Viterbi search. A
/// character that no token covers costs 10 more than the worst token; neighbouring ones are one unknown token, or are spelt in bytes.
/// </summary>
internal sealed class UnigramModel : ITokenModel
{
    private const double UnknownPenalty = 10;

    private readonly double[] _scores;
    private readonly TokenTrie _trie = new();
    private readonly ByteTokens? _bytes;
    private readonly int _unknownId;
    private readonly double _unknownScore;
    private readonly bool _singlePrecision;

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="scores">The score of every id.</param>
    /// <param name="options">The unknown token, the fallback to bytes, and how sums are rounded.</param>
    public UnigramModel(TokenVocabulary vocabulary, double[] scores, UnigramOptions options)
    {
        Vocabulary = vocabulary;
        _scores = scores;
        _unknownId = options.UnknownId ?? -1;
        _singlePrecision = options.SinglePrecision;
        _bytes = options.ByteFallback ? new ByteTokens(vocabulary) : null;
        double worst = double.PositiveInfinity;
        foreach (KeyValuePair<string, int> entry in vocabulary.Entries)
        {
            if (options.IsMatched(entry.Value) && entry.Key.Length > 0)
            {
                _trie.Add(entry.Key, entry.Value);
                worst = Math.Min(worst, scores[entry.Value]);
            }
        }

        _unknownScore = Round((double.IsPositiveInfinity(worst) ? 0 : worst) - UnknownPenalty);
    }

    public TokenVocabulary Vocabulary { get; }

    public void Tokenize(AlignedText piece, List<PieceToken> tokens)
    {
        ReadOnlySpan<int> points = piece.Points;
        Node[] best = Search(points);
        var ends = new Stack<int>();
        for (int end = points.Length; end > 0; end = best[end].Start)
        {
            ends.Push(end);
        }

        int start = 0;
        while (ends.TryPop(out int end))
        {
            if (best[end].Id == _unknownId)
            {
                while (ends.TryPeek(out int after) && best[after].Id == _unknownId)
                {
                    end = ends.Pop();
                }
            }

            Append(points, start, end, tokens);
            start = end;
        }
    }

    private Node[] Search(ReadOnlySpan<int> points)
    {
        var best = new Node[points.Length + 1];
        Array.Fill(best, new Node(0, -1, 0));
        for (int start = 0; start < points.Length; start++)
        {
            double before = best[start].Score;
            bool coversOne = false;
            int node = 0;
            for (int end = start; end < points.Length; end++)
            {
                node = _trie.Step(node, points[end]);
                if (node < 0)
                {
                    break;
                }

                int id = _trie.ValueAt(node);
                if (id >= 0)
                {
                    coversOne |= end == start;
                    Offer(ref best[end + 1], start, id, Round(before + _scores[id]));
                }
            }

            if (!coversOne)
            {
                Offer(ref best[start + 1], start, UnknownId(), Round(before + _unknownScore));
            }
        }

        return best;
    }

    private static void Offer(ref Node node, int start, int id, double score)
    {
        if (node.Start < 0 || score > node.Score)
        {
            node = new Node(score, start, id);
        }
    }

    private double Round(double score) => _singlePrecision ? (float)score : score;

    private int UnknownId() => _unknownId >= 0 ? _unknownId : throw new TokenizerException(
        "tokenizer.text", "The text holds a character that the vocabulary lacks, and there is no unknown token. Use another tokenizer.");

    private void Append(ReadOnlySpan<int> points, int start, int end, List<PieceToken> tokens)
    {
        string text = CodePoints.Text(points[start..end]);
        if (Vocabulary.TryGetId(text, out int id))
        {
            tokens.Add(new PieceToken(id, text, start, end));
            return;
        }

        var ids = new List<int>();
        if (_bytes is not null && _bytes.TryAppend(points[start..end], ids))
        {
            tokens.AddRange(ids.Select(value => new PieceToken(value, Vocabulary.TextOf(value)!, start, end)));
            return;
        }

        tokens.Add(new PieceToken(UnknownId(), text, start, end));
    }

    private readonly record struct Node(double Score, int Start, int Id);
}
