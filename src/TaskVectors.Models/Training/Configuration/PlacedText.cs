using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>A text of a configuration and where it stands.</summary>
internal sealed record PlacedText(string Text, YamlNode Node);
