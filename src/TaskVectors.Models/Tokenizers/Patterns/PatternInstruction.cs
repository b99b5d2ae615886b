namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>An instruction of a compiled pattern.</summary>
/// <param name="Operation">What to do.</param>
/// <param name="Class">The set of <see cref="PatternOperation.Point"/> and <see cref="PatternOperation.Run"/>.</param>
/// <param name="First">
/// Run: the fewest; split: where to go first; jump, look, atomic: where to go on (the body follows the instruction).
/// </param>
/// <param name="Second">Run: the most; split: where to go next; look-behind: the width of the body.</param>
/// <param name="Flag">Run: possessive; look: negated.</param>
internal readonly record struct PatternInstruction(
    PatternOperation Operation, PointClass? Class = null, int First = 0, int Second = 0, bool Flag = false);
