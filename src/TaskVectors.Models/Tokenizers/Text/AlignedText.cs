using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Text;

/// <summary>
/// Code points that remember the stretch of the original text they came from. Immutable; pieces share memory with their whole.
/// </summary>
internal sealed class AlignedText
{
    private readonly int[] _points;
    private readonly TextSpan[] _spans;
    private readonly int _start;

    /// <summary>Wraps an original text.</summary>
    public AlignedText(string text)
    {
        _points = CodePoints.Of(text);
        _spans = new TextSpan[_points.Length];
        Length = _points.Length;
        for (int index = 0; index < _spans.Length; index++)
        {
            _spans[index] = new TextSpan(index, index + 1);
        }
    }

    /// <summary>Takes ownership of code points and their spans.</summary>
    public AlignedText(int[] points, TextSpan[] spans, int length, int originalStart)
    {
        _points = points;
        _spans = spans;
        Length = length;
        OriginalStart = originalStart;
    }

    private AlignedText(AlignedText whole, int start, int length)
    {
        _points = whole._points;
        _spans = whole._spans;
        _start = whole._start + start;
        Length = length;
        OriginalStart = length == 0 ? whole.OriginalStart : _spans[_start].Start;
    }

    /// <summary>The number of code points.</summary>
    public int Length { get; }

    /// <summary>Where in the original text this piece begins, counting what a normaliser removed at its start.</summary>
    public int OriginalStart { get; }

    public ReadOnlySpan<int> Points => _points.AsSpan(_start, Length);

    public ReadOnlySpan<TextSpan> Spans => _spans.AsSpan(_start, Length);

    /// <summary>The piece from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public AlignedText Slice(int start, int end) => new(this, start, end - start);

    /// <summary>The original stretch of the code points from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public TextSpan OriginalSpan(int start, int end)
    {
        if (start >= end || end > Length)
        {
            return new TextSpan(OriginalStart, OriginalStart);
        }

        return new TextSpan(_spans[_start + start].Start, _spans[_start + end - 1].End);
    }

    public override string ToString() => CodePoints.Text(Points);
}
