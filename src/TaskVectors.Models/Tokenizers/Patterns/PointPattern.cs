namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>Every single code point with a property.</summary>
internal sealed class PointPattern(Func<int, bool> test) : IPattern
{
    public void Find(ReadOnlySpan<int> text, List<TextSpan> matches)
    {
        for (int index = 0; index < text.Length; index++)
        {
            if (test(text[index]))
            {
                matches.Add(new TextSpan(index, index + 1));
            }
        }
    }
}
