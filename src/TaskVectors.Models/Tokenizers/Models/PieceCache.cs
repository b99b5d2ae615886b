using System.Collections.Concurrent;
using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>Remembers the tokens of short pieces, of which most texts repeat the same few thousand. Bounded; safe for several threads.</summary>
internal sealed class PieceCache(ITokenModel model)
{
    private const int LongestPiece = 40;
    private const int MaximumCount = 1 << 15;

    private readonly ConcurrentDictionary<string, PieceToken[]> _pieces = new(StringComparer.Ordinal);

    /// <summary>The tokens of a piece.</summary>
    public ReadOnlySpan<PieceToken> Tokenize(AlignedText piece)
    {
        if (piece.Length > LongestPiece)
        {
            return Compute(piece);
        }

        Span<char> buffer = stackalloc char[LongestPiece * 2];
        ReadOnlySpan<char> key = buffer[..CodePoints.Write(piece.Points, buffer)];
        if (_pieces.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out PieceToken[]? known))
        {
            return known;
        }

        PieceToken[] tokens = Compute(piece);
        if (_pieces.Count < MaximumCount)
        {
            _ = _pieces.TryAdd(key.ToString(), tokens);
        }

        return tokens;
    }

    private PieceToken[] Compute(AlignedText piece)
    {
        var tokens = new List<PieceToken>();
        model.Tokenize(piece, tokens);
        return [.. tokens];
    }
}
