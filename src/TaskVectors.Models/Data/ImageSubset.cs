using TaskVectors.Models.Data.Images;

namespace TaskVectors.Models.Data;

/// <summary>Some examples of a data set, in an order of their own.</summary>
public sealed class ImageSubset(IImageDataset whole, IReadOnlyList<int> indices) : IImageDataset
{
    /// <inheritdoc/>
    public int Count => indices.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => whole.ClassNames;

    /// <inheritdoc/>
    public int LabelOf(int index) => whole.LabelOf(indices[index]);

    /// <inheritdoc/>
    public PixelImage ImageOf(int index) => whole.ImageOf(indices[index]);
}
