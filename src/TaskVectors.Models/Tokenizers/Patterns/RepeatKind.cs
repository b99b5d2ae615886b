namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>In which order a repetition tries its counts.</summary>
internal enum RepeatKind
{
    /// <summary>The most first.</summary>
    Greedy,

    /// <summary>The fewest first.</summary>
    Lazy,

    /// <summary>Only the most.</summary>
    Possessive,
}
