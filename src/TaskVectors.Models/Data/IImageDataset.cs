using TaskVectors.Models.Data.Images;

namespace TaskVectors.Models.Data;

/// <summary>Pictures with labels, read when they are asked for.</summary>
public interface IImageDataset
{
    /// <summary>The number of examples.</summary>
    int Count { get; }

    /// <summary>What the labels mean; a label is an index here.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>The label of an example.</summary>
    int LabelOf(int index);

    /// <summary>The picture of an example.</summary>
    /// <exception cref="DataException">It cannot be read.</exception>
    PixelImage ImageOf(int index);
}
