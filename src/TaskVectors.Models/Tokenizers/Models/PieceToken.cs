namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>A token of a piece.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">What it is called.</param>
/// <param name="Start">The first code point of the piece that it covers.</param>
/// <param name="End">The code point after the last.</param>
internal readonly record struct PieceToken(int Id, string Text, int Start, int End);
