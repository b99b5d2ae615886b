using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;

namespace TaskVectors.Models.Training;

/// <summary>Pictures and their classes, for a classifier such as ViT.</summary>
/// <param name="dataset">The pictures.</param>
/// <param name="processor">How pictures become numbers; all must become the same size.</param>
public sealed class ImageTrainingData(IImageDataset dataset, ImageProcessor processor) : ITrainingData
{
    /// <inheritdoc/>
    public int Count => dataset.Count;

    /// <inheritdoc/>
    public ModelInputs CreateBatch(ComputeContext context, ReadOnlySpan<int> indices)
    {
        ArgumentNullException.ThrowIfNull(context);
        int[] labels = new int[indices.Length];
        Tensor? pixels = null;
        ImageSize size = default;
        for (int i = 0; i < indices.Length; i++)
        {
            labels[i] = dataset.LabelOf(indices[i]);
            PixelImage image = dataset.ImageOf(indices[i]);
            ImageSize own = processor.SizeOf(image);
            float[] values = processor.Process(image);
            if (pixels is null)
            {
                size = own;
                pixels = context.Zeros(indices.Length, processor.Channels, size.Height, size.Width);
            }
            else if (own != size)
            {
                throw new DataException(
                    "data.image-size",
                    $"Picture {indices[i]} becomes {own.Height} x {own.Width}, another of the batch {size.Height} x {size.Width}. Give the image processor a size to resize or crop to.");
            }

            values.CopyTo(pixels.Values[(i * values.Length)..]);
        }

        return new ModelInputs { PixelValues = pixels, Labels = new IndexTensor(labels, labels.Length) };
    }
}
