namespace TaskVectors.Models.Tokenizers.Decoders;

/// <summary>A step from tokens back to text; the text is what the last step leaves, joined.</summary>
internal interface IDecoder
{
    IReadOnlyList<string> Decode(IReadOnlyList<string> tokens);
}
