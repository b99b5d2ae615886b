using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>A fixed text.</summary>
internal sealed class LiteralPattern(string literal) : IPattern
{
    private readonly int[] _literal = CodePoints.Of(literal);

    public void Find(ReadOnlySpan<int> text, List<TextSpan> matches)
    {
        if (_literal.Length == 0)
        {
            return;
        }

        int start = 0;
        while (start <= text.Length - _literal.Length)
        {
            int found = text[start..].IndexOf(_literal);
            if (found < 0)
            {
                return;
            }

            matches.Add(new TextSpan(start + found, start + found + _literal.Length));
            start += found + _literal.Length;
        }
    }
}
