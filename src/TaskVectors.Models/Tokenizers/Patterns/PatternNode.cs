namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>A parsed piece of a pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>One code point of a set.</summary>
    public sealed record Points(PointClass Class) : PatternNode;

    /// <summary>One after the other.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>The first that leads to a match.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Alternatives) : PatternNode;

    /// <summary>From <paramref name="Minimum"/> to <paramref name="Maximum"/> times.</summary>
    public sealed record Repeat(PatternNode Body, int Minimum, int Maximum, RepeatKind Kind) : PatternNode;

    /// <summary>What follows or precedes must, or must not, match; nothing is consumed.</summary>
    public sealed record Look(PatternNode Body, bool Behind, bool Negated) : PatternNode;

    /// <summary>Matches once, and is not tried again another way.</summary>
    public sealed record Atomic(PatternNode Body) : PatternNode;

    /// <summary>A position.</summary>
    public sealed record Anchor(PatternOperation Kind) : PatternNode;
}
