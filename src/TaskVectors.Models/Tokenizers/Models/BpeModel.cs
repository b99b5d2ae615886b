using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>
/// Byte-pair encoding (Sennrich et al. 2016): a piece begins as its characters; of all neighbouring pairs that may merge, the one of the
/// lowest rank (of equals the leftmost) is merged until none is left. A priority queue finds it, so a piece of n characters takes O(n log n).
/// </summary>
internal sealed class BpeModel : ITokenModel
{
    private readonly BpeMerges _merges;
    private readonly BpeOptions _options;
    private readonly ByteTokens? _bytes;
    private readonly int _unknownId;

    public BpeModel(TokenVocabulary vocabulary, BpeMerges merges, BpeOptions options)
    {
        Vocabulary = vocabulary;
        _merges = merges;
        _options = options;
        _bytes = options.ByteFallback ? new ByteTokens(vocabulary) : null;
        _unknownId = options.Unknown is null ? -1 : vocabulary.IdOf(options.Unknown) ?? -1;
    }

    public TokenVocabulary Vocabulary { get; }

    public void Tokenize(AlignedText piece, List<PieceToken> tokens)
    {
        if (_options.IgnoreMerges && Vocabulary.TryGetId(piece.ToString(), out int whole))
        {
            tokens.Add(new PieceToken(whole, Vocabulary.TextOf(whole)!, 0, piece.Length));
            return;
        }

        List<Symbol> symbols = Symbols(piece.Points);
        Merge(symbols);
        foreach (Symbol symbol in symbols)
        {
            if (symbol.Id >= 0)
            {
                tokens.Add(new PieceToken(symbol.Id, Vocabulary.TextOf(symbol.Id)!, symbol.Start, symbol.End));
            }
        }
    }

    private List<Symbol> Symbols(ReadOnlySpan<int> points)
    {
        var symbols = new List<Symbol>(points.Length);
        var ids = new List<int>();
        Symbol? unknown = null;
        for (int index = 0; index < points.Length; index++)
        {
            bool isLast = index == points.Length - 1;
            int id = SymbolId(points[index], index == 0, isLast);
            if (id >= 0)
            {
                Flush(symbols, ref unknown);
                symbols.Add(new Symbol(id, index, index + 1));
            }
            else if (_bytes is not null && _bytes.TryAppend(points.Slice(index, 1), ids))
            {
                symbols.AddRange(ids.Select(value => new Symbol(value, index, index + 1)));
                ids.Clear();
            }
            else
            {
                unknown = AddUnknown(symbols, unknown, index);
            }
        }

        Flush(symbols, ref unknown);
        return symbols;
    }

    private Symbol? AddUnknown(List<Symbol> symbols, Symbol? unknown, int index)
    {
        if (_options.Unknown is null)
        {
            return null;
        }

        if (_unknownId < 0)
        {
            throw new TokenizerException(
                "tokenizer.text",
                $"The text holds a character that the vocabulary lacks, and so does the unknown token '{_options.Unknown}'. Use another tokenizer.");
        }

        if (unknown is { } before && _options.FuseUnknown)
        {
            return before with { End = index + 1 };
        }

        Flush(symbols, ref unknown);
        return new Symbol(_unknownId, index, index + 1);
    }

    private static void Flush(List<Symbol> symbols, ref Symbol? unknown)
    {
        if (unknown is { } symbol)
        {
            symbols.Add(symbol);
            unknown = null;
        }
    }

    private int SymbolId(int point, bool isFirst, bool isLast)
    {
        string prefix = isFirst ? "" : _options.ContinuationPrefix;
        string suffix = isLast ? _options.EndOfWordSuffix : "";
        Span<char> name = stackalloc char[prefix.Length + 2 + suffix.Length];
        prefix.CopyTo(name);
        int length = prefix.Length + CodePoints.Write([point], name[prefix.Length..]);
        suffix.CopyTo(name[length..]);
        return Vocabulary.BySpan.TryGetValue(name[..(length + suffix.Length)], out int id) ? id : -1;
    }

    private void Merge(List<Symbol> symbols)
    {
        int count = symbols.Count;
        if (count < 2)
        {
            return;
        }

        int[] next = new int[count];
        int[] previous = new int[count];
        for (int index = 0; index < count; index++)
        {
            next[index] = index + 1 < count ? index + 1 : -1;
            previous[index] = index - 1;
        }

        // The key holds the rank above the position: the lowest rank, and of equals the leftmost, comes first.
        var queue = new PriorityQueue<int, long>(count);
        for (int index = 0; index + 1 < count; index++)
        {
            Enqueue(queue, symbols, index, index + 1);
        }

        while (queue.TryDequeue(out int merged, out long key))
        {
            int left = (int)(key & int.MaxValue);
            int right = symbols[left].Id == Symbol.Gone ? -1 : next[left];
            if (right < 0 || !_merges.TryGet(symbols[left].Id, symbols[right].Id, out _, out int current) || current != merged)
            {
                continue;
            }

            symbols[left] = new Symbol(merged, symbols[left].Start, symbols[right].End);
            symbols[right] = symbols[right] with { Id = Symbol.Gone };
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                Enqueue(queue, symbols, left, next[left]);
            }

            if (previous[left] >= 0)
            {
                Enqueue(queue, symbols, previous[left], left);
            }
        }

        _ = symbols.RemoveAll(symbol => symbol.Id == Symbol.Gone);
    }

    private void Enqueue(PriorityQueue<int, long> queue, List<Symbol> symbols, int left, int right)
    {
        if (_merges.TryGet(symbols[left].Id, symbols[right].Id, out int rank, out int merged))
        {
            queue.Enqueue(merged, ((long)rank << 32) | (uint)left);
        }
    }

    private readonly record struct Symbol(int Id, int Start, int End)
    {
        /// <summary>The id of what has become part of its left neighbour.</summary>
        public const int Gone = -2;
    }
}
