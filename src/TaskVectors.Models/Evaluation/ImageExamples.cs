using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;

namespace TaskVectors.Models.Evaluation;

/// <summary>Labelled pictures as a model takes them, made when they are asked for.</summary>
public sealed class ImageExamples
{
    private readonly Func<int, float[]> _valuesOf;

    /// <summary>Takes pictures that somebody else prepares.</summary>
    /// <param name="labels">The class of each picture.</param>
    /// <param name="channels">Channels of a picture.</param>
    /// <param name="size">Height and width of a picture.</param>
    /// <param name="valuesOf">Gives channels x height x width values of the picture at an index.</param>
    /// <exception cref="DataException">There are none.</exception>
    public ImageExamples(IReadOnlyList<int> labels, int channels, ImageSize size, Func<int, float[]> valuesOf)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(valuesOf);
        if (labels.Count == 0)
        {
            throw new DataException("data.empty", "There are no pictures to evaluate on.");
        }

        Labels = labels;
        Channels = channels;
        Size = size;
        _valuesOf = valuesOf;
    }

    /// <summary>The number of pictures.</summary>
    public int Count => Labels.Count;

    /// <summary>The class of each picture.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Channels of a picture.</summary>
    public int Channels { get; }

    /// <summary>Height and width of a picture.</summary>
    public ImageSize Size { get; }

    /// <summary>Prepares the pictures of a data set.</summary>
    /// <param name="dataset">The pictures.</param>
    /// <param name="processor">How they are resized and normalised; all must come out with one size.</param>
    /// <param name="labels">The model's class of each class of the data set; the same numbers where absent.</param>
    /// <exception cref="DataException">There are none, or the first cannot be read.</exception>
    public static ImageExamples From(IImageDataset dataset, ImageProcessor processor, IReadOnlyList<int>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(processor);
        int[] classes = [.. Enumerable.Range(0, dataset.Count).Select(dataset.LabelOf).Select(label => labels?[label] ?? label)];
        ImageSize size = dataset.Count == 0 ? new ImageSize(0, 0) : processor.SizeOf(dataset.ImageOf(0));
        return new ImageExamples(classes, processor.Channels, size, index => processor.Process(dataset.ImageOf(index)));
    }

    /// <summary>Some of the pictures, in an order of their own.</summary>
    /// <param name="indices">Which.</param>
    /// <exception cref="DataException">There are none.</exception>
    public ImageExamples Select(IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        return new ImageExamples([.. indices.Select(index => Labels[index])], Channels, Size, index => ValuesOf(indices[index]));
    }

    /// <summary>Channels x height x width values of a picture.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="DataException">It cannot be read, or has another size than the first.</exception>
    public float[] ValuesOf(int index)
    {
        float[] values = _valuesOf(index);
        return values.Length == Channels * Size.Height * Size.Width ? values : throw new DataException(
            "image.shape",
            $"Picture {index} has {values.Length} values once processed, others {Channels} x {Size.Height} x {Size.Width}. Resize all pictures to one size.");
    }
}
