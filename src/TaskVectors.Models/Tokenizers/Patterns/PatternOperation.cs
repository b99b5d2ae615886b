namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>What an instruction of a compiled pattern does.</summary>
internal enum PatternOperation
{
    Match,
    Point,
    Run,
    Split,
    Jump,
    Look,
    LookBehind,
    Atomic,
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    WordBoundary,
    NotWordBoundary,
}
