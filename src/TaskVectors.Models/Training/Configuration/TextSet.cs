using TaskVectors.Models.Data.Text;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Texts with labels.</summary>
internal sealed record TextSet(DataSourceConfiguration Source, YamlNode Node, TextDataset Texts) : ExampleSet(Source, Node, Texts.ClassNames, Texts.Labels);
