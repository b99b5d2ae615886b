using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Text;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Training;

/// <summary>Texts and their classes, for a model with a sequence classification head. Tokenised once; a batch is padded to its longest text.</summary>
public sealed class TextTrainingData : ITrainingData
{
    private static readonly string[] PaddingTokens = ["[PAD]", "<pad>"];

    private readonly int[][] _ids;
    private readonly IReadOnlyList<int> _labels;
    private readonly int _padding;

    /// <summary>Tokenises texts.</summary>
    /// <param name="dataset">Texts with labels.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maximumLength">Tokens a text, with the special ones; longer texts are cut at the end.</param>
    /// <exception cref="DataException">The texts have no labels.</exception>
    /// <exception cref="TokenizerException">A text cannot be tokenised, or the length has no room for special tokens.</exception>
    public TextTrainingData(TextDataset dataset, Tokenizer tokenizer, int maximumLength)
        : this(RequireLabels(dataset), dataset.Labels, tokenizer, maximumLength)
    {
    }

    /// <summary>Tokenises texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maximumLength">Tokens a text, with the special ones; longer texts are cut at the end.</param>
    /// <exception cref="ArgumentException">There are more labels or fewer.</exception>
    /// <exception cref="TokenizerException">A text cannot be tokenised, or the length has no room for special tokens.</exception>
    public TextTrainingData(IReadOnlyList<string> texts, IReadOnlyList<int> labels, Tokenizer tokenizer, int maximumLength)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumLength, 1);
        if (texts.Count != labels.Count)
        {
            throw new ArgumentException($"There are {texts.Count} texts and {labels.Count} labels.", nameof(labels));
        }

        Tokenizer cutting = tokenizer.WithPadding(null).WithTruncation(new TokenizerTruncation { MaximumLength = maximumLength });
        _ids = [.. texts.Select(text => cutting.Encode(text).Ids.ToArray())];
        _labels = labels;
        _padding = tokenizer.Padding?.Id ?? PaddingTokens.Select(tokenizer.IdOf).FirstOrDefault(id => id is not null) ?? 0;
    }

    /// <inheritdoc/>
    public int Count => _ids.Length;

    /// <inheritdoc/>
    public ModelInputs CreateBatch(ComputeContext context, ReadOnlySpan<int> indices)
    {
        int length = 1;
        foreach (int index in indices)
        {
            length = Math.Max(length, _ids[index].Length);
        }

        int[] ids = new int[indices.Length * length];
        int[] mask = new int[ids.Length];
        int[] labels = new int[indices.Length];
        Array.Fill(ids, _padding);
        for (int row = 0; row < indices.Length; row++)
        {
            int[] text = _ids[indices[row]];
            text.CopyTo(ids, row * length);
            Array.Fill(mask, 1, row * length, text.Length);
            labels[row] = _labels[indices[row]];
        }

        return new ModelInputs
        {
            InputIds = new IndexTensor(ids, indices.Length, length),
            AttentionMask = new IndexTensor(mask, indices.Length, length),
            Labels = new IndexTensor(labels, labels.Length),
        };
    }

    private static string[] RequireLabels(TextDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return dataset.ClassNames.Count > 0
            ? [.. Enumerable.Range(0, dataset.Count).Select(dataset.TextOf)]
            : throw new DataException("data.no-labels", "A classifier is trained on texts with labels, and these have none. Name the column of the labels.");
    }
}
