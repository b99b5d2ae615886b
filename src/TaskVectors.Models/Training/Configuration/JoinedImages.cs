using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Chosen pictures of several data sets, one set after the other, under the labels of the task.</summary>
internal sealed class JoinedImages(IReadOnlyList<ChosenExamples<ImageSet>> parts) : IImageDataset
{
    private readonly (IImageDataset Images, int Index, int Label)[] _examples =
        [.. parts.SelectMany(part => part.Indices.Zip(part.Labels, (index, label) => (part.Set.Images, index, label)))];

    public int Count => _examples.Length;

    /// <summary>Labels are numbers here.</summary>
    public IReadOnlyList<string> ClassNames => [];

    public int LabelOf(int index) => _examples[index].Label;

    public PixelImage ImageOf(int index) => _examples[index].Images.ImageOf(_examples[index].Index);
}
