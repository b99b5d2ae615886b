namespace TaskVectors.Models.Tokenizers.PostProcessors;

/// <summary>A token on its way into an encoding.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">What it is called.</param>
/// <param name="Span">Its stretch of the text; empty for what was added.</param>
/// <param name="TypeId">The segment number that models such as BERT take.</param>
/// <param name="SequenceId">0 for the text, 1 for the pair's second text, -1 for what was added.</param>
/// <param name="IsSpecial">Whether it was added.</param>
/// <param name="IsPadding">Whether it was added for length only.</param>
internal readonly record struct EncodedToken(
    int Id, string Text, TextSpan Span, int TypeId, int SequenceId, bool IsSpecial = false, bool IsPadding = false);
