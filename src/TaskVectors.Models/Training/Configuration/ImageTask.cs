using TaskVectors.Models.Architectures;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Trains on pictures and their classes.</summary>
/// <param name="bound">The configuration.</param>
/// <param name="seed">The seed of parts and choices.</param>
/// <param name="paths">Finds files.</param>
/// <param name="errors">Where errors go.</param>
/// <param name="processor">How pictures become numbers.</param>
internal sealed class ImageTask(BoundConfiguration bound, ulong seed, ConfigurationPaths paths, ConfigurationErrors errors, ImageProcessor processor)
    : ConfiguredTaskOfSets<ImageSet>(bound, seed, errors)
{
    public override string? ObstacleOf(Model model) =>
        model is VitModel or ClipModel ? null : "does not classify images; ViTForImageClassification, ViTModel and CLIPModel do";

    private protected override ImageSet OpenSet(DataSourceConfiguration source)
    {
        string path = paths.Of(source.Path!.Text);
        bool isFolder = Directory.Exists(path);
        if (!isFolder && source.Labels is null)
        {
            throw new DataException("data.no-labels", $"{path} is no folder, and an IDX file of images needs the one of labels: give 'labels'.");
        }

        IImageDataset images = isFolder ? ImageFolderDataset.Open(path) : IdxImageDataset.Open(path, paths.Of(source.Labels!.Text));
        return new ImageSet(source, source.Path.Node, images);
    }

    private protected override ITrainingData Join(IReadOnlyList<ChosenExamples<ImageSet>> examples) => new ImageTrainingData(new JoinedImages(examples), processor);

    private protected override ModelEvaluator Measure(IReadOnlyList<ChosenExamples<ImageSet>> examples, FrozenHead? head) =>
        new ImageClassificationEvaluator(ImageExamples.From(new JoinedImages(examples), processor), head);
}
