using System.Globalization;
using TaskVectors.Models.Data.Images;

namespace TaskVectors.Models.Data;

/// <summary>Pictures and labels of a pair of IDX files: count x height x width, or with 1, 3 or 4 channels last, and count labels.</summary>
public sealed class IdxImageDataset : IImageDataset
{
    private readonly IdxArray _images;
    private readonly IdxArray _labels;
    private readonly int _channels;

    private IdxImageDataset(IdxArray images, IdxArray labels, IReadOnlyList<string> classNames)
    {
        _images = images;
        _labels = labels;
        _channels = images.Shape.Count == 4 ? images.Shape[3] : 1;
        ClassNames = classNames;
    }

    /// <inheritdoc/>
    public int Count => _labels.Shape[0];

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Opens a pair of files.</summary>
    /// <param name="imagesFile">The pictures.</param>
    /// <param name="labelsFile">The labels.</param>
    /// <param name="classNames">What the labels mean; without them, they are numbers up to the highest.</param>
    /// <exception cref="DataException">A file is malformed, they do not fit each other, or a label is out of range.</exception>
    public static IdxImageDataset Open(string imagesFile, string labelsFile, IReadOnlyList<string>? classNames = null)
    {
        var images = IdxArray.Read(imagesFile);
        var labels = IdxArray.Read(labelsFile);
        if (images.Element != IdxElement.UInt8 || images.Shape.Count is not (3 or 4) || (images.Shape.Count == 4 && images.Shape[3] is not (1 or 3 or 4)))
        {
            throw DataException.About(
                imagesFile, "data.shape", $"pictures are bytes of count x height x width (x 1, 3 or 4); these are {images.Element} of {string.Join(" x ", images.Shape)}.");
        }

        if (labels.Element != IdxElement.UInt8 || labels.Shape.Count != 1 || labels.Shape[0] != images.Shape[0])
        {
            throw DataException.About(
                labelsFile, "data.shape", $"labels are {images.Shape[0]} bytes, one a picture of {imagesFile}; these are {labels.Element} of {string.Join(" x ", labels.Shape)}.");
        }

        if (labels.Shape[0] == 0 || images.Shape.Contains(0))
        {
            throw DataException.About(imagesFile, "data.empty", "it has no pictures.");
        }

        return new IdxImageDataset(images, labels, Names(labelsFile, labels, classNames));
    }

    /// <inheritdoc/>
    public int LabelOf(int index) => _labels.Bytes[index];

    /// <inheritdoc/>
    public PixelImage ImageOf(int index)
    {
        int size = _images.Shape[1] * _images.Shape[2] * _channels;
        return new PixelImage(_images.Shape[2], _images.Shape[1], _channels, _images.Bytes.Slice(checked(index * size), size).ToArray());
    }

    private static IReadOnlyList<string> Names(string file, IdxArray labels, IReadOnlyList<string>? classNames)
    {
        int highest = 0;
        int place = 0;
        for (int index = 0; index < labels.Shape[0]; index++)
        {
            if (labels.Bytes[index] > highest)
            {
                (highest, place) = (labels.Bytes[index], index);
            }
        }

        if (classNames is null)
        {
            return [.. Enumerable.Range(0, highest + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        }

        return highest < classNames.Count ? classNames : throw DataException.About(
            file, "data.label", $"label {highest} of example {place} is out of range: there are {classNames.Count} classes, numbered from 0.");
    }
}
