using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>A place in the text of a regular expression, shared by those who read its parts.</summary>
internal sealed class PatternCursor(string pattern)
{
    private const int MaximumDepth = 100;

    private readonly int[] _points = CodePoints.Of(pattern);
    private int _depth;

    /// <summary>The index of the next code point.</summary>
    public int Position { get; set; }

    public bool HasMore => Position < _points.Length;

    /// <summary>The next code point; -1 at the end.</summary>
    public int Current => Peek(0);

    /// <summary>A code point further on; -1 behind the end.</summary>
    public int Peek(int distance) => Position + distance < _points.Length ? _points[Position + distance] : -1;

    public int Next() => _points[Position++];

    public bool Take(char expected)
    {
        if (Current != expected)
        {
            return false;
        }

        Position++;
        return true;
    }

    public bool Take(string expected)
    {
        for (int index = 0; index < expected.Length; index++)
        {
            if (Peek(index) != expected[index])
            {
                return false;
            }
        }

        Position += expected.Length;
        return true;
    }

    /// <summary>Takes the text up to a sign, which is taken as well; <see langword="null"/> where the sign does not come.</summary>
    public string? TakeUntil(string sign)
    {
        int start = Position;
        for (; HasMore; Position++)
        {
            int end = Position;
            if (Take(sign))
            {
                return CodePoints.Text(_points.AsSpan(start, end - start));
            }
        }

        Position = start;
        return null;
    }

    /// <summary>Counts one level of nesting.</summary>
    public void Enter()
    {
        if (++_depth > MaximumDepth)
        {
            throw Wrong("it is nested too deeply");
        }
    }

    public void Leave() => _depth--;

    public TokenizerException Wrong(string what) => PatternParser.Unsupported(pattern, $"{what} (at position {Position})");
}
