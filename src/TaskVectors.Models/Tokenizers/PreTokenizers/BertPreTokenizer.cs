using TaskVectors.Models.Tokenizers.Patterns;
using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.PreTokenizers;

/// <summary>Words between white space, punctuation by itself.</summary>
internal sealed class BertPreTokenizer : IPreTokenizer
{
    private readonly PreTokenizerSequence _sequence = new(
    [
        new PatternSplit(new PointPattern(CodePoints.IsWhiteSpace), SplitBehavior.Removed),
        new PatternSplit(new PointPattern(CodePoints.IsPunctuation), SplitBehavior.Isolated),
    ]);

    public void Split(AlignedText text, List<AlignedText> pieces) => _sequence.Split(text, pieces);
}
