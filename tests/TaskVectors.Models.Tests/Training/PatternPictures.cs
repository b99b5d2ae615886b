using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training;

namespace TaskVectors.Models.Tests.Training;

/// <summary>Grey pictures of 28 x 28 whose class is the place of a bright bar, with noise; a batch may be spoilt.</summary>
internal sealed class PatternPictures(int count, int? spoiltBatch = null) : ITrainingData
{
    private const int Size = 28;
    private int _batches;

    public int Count => count;

    public ModelInputs CreateBatch(ComputeContext context, ReadOnlySpan<int> indices)
    {
        Tensor pixels = context.Zeros(indices.Length, 1, Size, Size);
        int[] labels = new int[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            labels[i] = indices[i] % 4;
            Draw(pixels.Values.Slice(i * Size * Size, Size * Size), indices[i], labels[i]);
        }

        if (++_batches == spoiltBatch)
        {
            pixels.Values[0] = float.NaN;
        }

        return new ModelInputs { PixelValues = pixels, Labels = new IndexTensor(labels, labels.Length) };
    }

    private static void Draw(Span<float> picture, int index, int label)
    {
        Random noise = new(index);
        for (int i = 0; i < picture.Length; i++)
        {
            picture[i] = (float)(noise.NextDouble() * 0.2) + (i / Size / 7 == label ? 1 : 0);
        }
    }
}
