namespace TaskVectors.Models.Tokenizers.PostProcessors;

/// <summary>A part of a template: a text, or special tokens.</summary>
/// <param name="Sequence">0 or 1 for a text, -1 for special tokens.</param>
/// <param name="TypeId">The segment number of its tokens.</param>
/// <param name="Tokens">The special tokens.</param>
internal sealed record TemplatePart(int Sequence, int TypeId, IReadOnlyList<(int Id, string Text)> Tokens)
{
    public static TemplatePart Text(int sequence, int typeId) => new(sequence, typeId, []);

    public static TemplatePart Special(int id, string text, int typeId) => new(-1, typeId, [(id, text)]);
}
