namespace TaskVectors.Models.Tokenizers.Text;

/// <summary>
/// Rewrites a text from left to right: every code point written either replaces the next of the source, or is inserted and then belongs to
/// the same original stretch as the source's previous one.
/// </summary>
internal sealed class AlignedTextBuilder(AlignedText source)
{
    private int[] _points = new int[Math.Max(source.Length, 4)];
    private TextSpan[] _spans = new TextSpan[Math.Max(source.Length, 4)];
    private int _count;
    private int _read;

    /// <summary>The position in the source of the next code point to replace.</summary>
    public int Position => _read;

    /// <summary>Writes a code point in place of the source's next.</summary>
    public void Replace(int point)
    {
        Write(point, source.Spans[_read]);
        _read++;
    }

    /// <summary>Writes a code point that the source does not have.</summary>
    public void Insert(int point) =>
        Write(point, _read == 0 ? new TextSpan(source.OriginalStart, source.OriginalStart) : source.Spans[_read - 1]);

    /// <summary>Leaves out code points of the source.</summary>
    public void Skip(int count = 1) => _read += count;

    /// <summary>
    /// Writes a code point and moves on by <c>1 - change</c> code points of the source: a change of 1 inserts, 0 replaces, and below 0
    /// replaces and leaves out that many more.
    /// </summary>
    public void Transform(int point, int change)
    {
        if (change > 0)
        {
            Insert(point);
            return;
        }

        Replace(point);
        Skip(-change);
    }

    public AlignedText ToText() => new(_points, _spans, _count, source.OriginalStart);

    private void Write(int point, TextSpan span)
    {
        if (_count == _points.Length)
        {
            Array.Resize(ref _points, _count * 2);
            Array.Resize(ref _spans, _count * 2);
        }

        _points[_count] = point;
        _spans[_count++] = span;
    }
}
