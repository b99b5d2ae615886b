using System.IO.Enumeration;

namespace TaskVectors.Algebra;

/// <summary>
/// Selects tensors by name. With <c>*</c> (any run of characters) or <c>?</c> (any one character) the pattern must match the whole
/// name; without them it matches the name itself or a run of its dot-separated components, so that <c>mlp</c> matches
/// <c>layers.0.mlp.up.weight</c> but not <c>layers.0.mlp_norm.weight</c>. Case matters.
/// </summary>
/// <param name="Text">The pattern as written; not empty.</param>
public sealed record NamePattern(string Text)
{
    /// <summary>The pattern that matches every name.</summary>
    public static NamePattern Everything { get; } = new("*");

    /// <summary>The pattern as written; not empty.</summary>
    public string Text { get; } = Text.Length > 0 ? Text : throw new ArgumentException("A name pattern is empty; write '*' to match every tensor.", nameof(Text));

    /// <summary>Makes a pattern of its text.</summary>
    public static implicit operator NamePattern(string text) => new(text);

    /// <summary>Makes a pattern of its text.</summary>
    public static NamePattern FromString(string text) => new(text);

    /// <summary>Whether the pattern matches the tensor name.</summary>
    public bool Matches(string name) =>
        Text == "*"
        || (Text.AsSpan().ContainsAny('*', '?')
            ? FileSystemName.MatchesSimpleExpression(Text, name, ignoreCase: false)
            : MatchesComponents(name));

    /// <summary>The pattern as written.</summary>
    public override string ToString() => Text;

    private bool MatchesComponents(string name)
    {
        for (int start = 0; (start = name.IndexOf(Text, start, StringComparison.Ordinal)) >= 0; start++)
        {
            int end = start + Text.Length;
            bool opens = start == 0 || name[start - 1] == '.';
            bool closes = end == name.Length || name[end] == '.';
            if (opens && closes)
            {
                return true;
            }
        }

        return false;
    }
}
