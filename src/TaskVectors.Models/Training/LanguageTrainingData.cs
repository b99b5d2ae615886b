using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Text;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Training;

/// <summary>A long text in pieces of equal length, for a model that predicts the next token: in each piece, every token from those in front of it.</summary>
public sealed class LanguageTrainingData : ITrainingData
{
    private readonly int[] _ids;
    private readonly int _length;

    /// <summary>Cuts tokens into pieces; a shorter rest at the end is left out.</summary>
    /// <param name="ids">The text.</param>
    /// <param name="length">Tokens a piece, at least 2; at most the model's maximum.</param>
    /// <exception cref="DataException">The text is shorter than one piece.</exception>
    public LanguageTrainingData(ReadOnlySpan<int> ids, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        if (ids.Length < length)
        {
            throw new DataException("data.too-short", $"The text has {ids.Length} tokens, less than one piece of {length}. Use more text or shorter pieces.");
        }

        (_ids, _length) = (ids.ToArray(), length);
    }

    /// <inheritdoc/>
    public int Count => _ids.Length / _length;

    /// <summary>The tokens of a piece that are predicted: all but the first.</summary>
    internal int PredictedTokens => _length - 1;

    /// <summary>Tokenises texts and joins them, each with the special tokens that the tokenizer gives it, in their order.</summary>
    /// <param name="dataset">The texts; labels do not matter.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="length">Tokens a piece.</param>
    /// <exception cref="DataException">The texts are shorter than one piece.</exception>
    public static LanguageTrainingData Join(TextDataset dataset, Tokenizer tokenizer, int length)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Tokenizer whole = tokenizer.WithPadding(null).WithTruncation(null);
        return new LanguageTrainingData(Enumerable.Range(0, dataset.Count).SelectMany(i => whole.Encode(dataset.TextOf(i)).Ids).ToArray(), length);
    }

    /// <inheritdoc/>
    public ModelInputs CreateBatch(ComputeContext context, ReadOnlySpan<int> indices)
    {
        int[] ids = new int[indices.Length * _length];
        for (int row = 0; row < indices.Length; row++)
        {
            _ids.AsSpan(indices[row] * _length, _length).CopyTo(ids.AsSpan(row * _length));
        }

        IndexTensor tensor = new(ids, indices.Length, _length);
        return new ModelInputs { InputIds = tensor, Labels = tensor };
    }
}
