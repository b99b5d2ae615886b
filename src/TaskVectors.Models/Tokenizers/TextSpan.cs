namespace TaskVectors.Models.Tokenizers;

/// <summary>A stretch of a text, counted in Unicode code points (not UTF-16 units, not bytes).</summary>
/// <param name="Start">The first code point.</param>
/// <param name="End">The code point after the last.</param>
public readonly record struct TextSpan(int Start, int End);
