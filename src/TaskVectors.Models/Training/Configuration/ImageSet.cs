using TaskVectors.Models.Data;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Pictures with labels.</summary>
internal sealed record ImageSet(DataSourceConfiguration Source, YamlNode Node, IImageDataset Images)
    : ExampleSet(Source, Node, Images.ClassNames, [.. Enumerable.Range(0, Images.Count).Select(Images.LabelOf)]);
