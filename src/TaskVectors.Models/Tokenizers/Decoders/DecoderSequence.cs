namespace TaskVectors.Models.Tokenizers.Decoders;

/// <summary>One step after another.</summary>
internal sealed class DecoderSequence(IReadOnlyList<IDecoder> parts) : IDecoder
{
    public IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) => parts.Aggregate(tokens, (current, part) => part.Decode(current));
}
