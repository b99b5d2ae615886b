namespace TaskVectors.Tokenizers;

/// <summary>Where the row of a token comes from, by a recipe's choice.</summary>
/// <param name="Source">The row.</param>
/// <param name="IsForced">Whether models that have the token take this row too.</param>
internal readonly record struct TokenRule(RowSource Source, bool IsForced);
