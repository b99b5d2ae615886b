using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Text;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Evaluation;

/// <summary>Labelled texts as a model takes them: token ids.</summary>
public sealed class TextExamples
{
    private static readonly string[] PaddingTokens = ["[PAD]", "<pad>", "<|endoftext|>"];

    private readonly IReadOnlyList<IReadOnlyList<int>> _ids;
    private readonly int _paddingId;

    /// <summary>Takes texts that are tokens already.</summary>
    /// <param name="ids">The token ids of each text, special ones included.</param>
    /// <param name="labels">The class of each text.</param>
    /// <param name="paddingId">What shorter texts of a batch are filled with; the mask hides it.</param>
    /// <exception cref="DataException">There are none, some are empty, or there are more labels or fewer.</exception>
    public TextExamples(IReadOnlyList<IReadOnlyList<int>> ids, IReadOnlyList<int> labels, int paddingId = 0)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(labels);
        if (ids.Count == 0 || ids.Count != labels.Count)
        {
            throw new DataException("data.empty", $"There are {ids.Count} texts and {labels.Count} labels; at least one text and a label for each are needed.");
        }

        for (int index = 0; index < ids.Count; index++)
        {
            if (ids[index].Count == 0)
            {
                throw new DataException("data.empty", $"Text {index} has no tokens. Leave it out, or use a tokenizer that adds special ones.");
            }
        }

        _ids = ids;
        _paddingId = paddingId;
        Labels = labels;
    }

    /// <summary>The number of texts.</summary>
    public int Count => _ids.Count;

    /// <summary>The class of each text.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Tokenizes the texts of a data set.</summary>
    /// <param name="dataset">The texts.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maximumLength">The most tokens of a text, special ones counted; longer texts lose their end.</param>
    /// <exception cref="DataException">A text has no tokens.</exception>
    /// <exception cref="TokenizerException">The tokenizer cannot take a text.</exception>
    public static TextExamples From(TextDataset dataset, Tokenizer tokenizer, int maximumLength)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return From([.. Enumerable.Range(0, dataset.Count).Select(dataset.TextOf)], dataset.Labels, tokenizer, maximumLength);
    }

    /// <summary>Tokenizes texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maximumLength">The most tokens of a text, special ones counted; longer texts lose their end.</param>
    /// <exception cref="DataException">A text has no tokens.</exception>
    /// <exception cref="TokenizerException">The tokenizer cannot take a text.</exception>
    public static TextExamples From(IReadOnlyList<string> texts, IReadOnlyList<int> labels, Tokenizer tokenizer, int maximumLength)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumLength, 1);
        Tokenizer plain = tokenizer.WithPadding(null).WithTruncation(new TokenizerTruncation { MaximumLength = maximumLength });
        int padding = tokenizer.Padding?.Id ?? PaddingTokens.Select(tokenizer.IdOf).FirstOrDefault(id => id is not null) ?? 0;
        return new TextExamples([.. texts.Select(text => plain.Encode(text).Ids)], labels, padding);
    }

    /// <summary>Some of the texts, in an order of their own.</summary>
    /// <param name="indices">Which.</param>
    /// <exception cref="DataException">There are none.</exception>
    public TextExamples Select(IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        return new TextExamples([.. indices.Select(index => _ids[index])], [.. indices.Select(index => Labels[index])], _paddingId);
    }

    /// <summary>The indices, short texts first: batches of like lengths waste little on padding.</summary>
    internal int[] ByLength() => [.. Enumerable.Range(0, Count).OrderBy(index => _ids[index].Count)];

    /// <summary>The number of tokens of a text.</summary>
    internal int LengthOf(int index) => _ids[index].Count;

    /// <summary>The ids and the mask of some texts.</summary>
    internal ModelInputs Batch(ReadOnlySpan<int> indices)
    {
        int length = 0;
        foreach (int index in indices)
        {
            length = Math.Max(length, _ids[index].Count);
        }

        int[] ids = new int[indices.Length * length];
        int[] mask = new int[ids.Length];
        Array.Fill(ids, _paddingId);
        for (int row = 0; row < indices.Length; row++)
        {
            IReadOnlyList<int> text = _ids[indices[row]];
            for (int column = 0; column < text.Count; column++)
            {
                ids[(row * length) + column] = text[column];
                mask[(row * length) + column] = 1;
            }
        }

        return new ModelInputs { InputIds = new IndexTensor(ids, indices.Length, length), AttentionMask = new IndexTensor(mask, indices.Length, length) };
    }
}
