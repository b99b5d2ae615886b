namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>Something to search for in a text of code points.</summary>
internal interface IPattern
{
    /// <summary>Appends the stretches that match, from left to right and without overlap.</summary>
    void Find(ReadOnlySpan<int> text, List<TextSpan> matches);
}
