using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>The frozen head of a configuration: a file, or prompts.</summary>
internal sealed record HeadConfiguration
{
    /// <summary>The examples that a head of prompts is centred on where nothing else is said.</summary>
    public const int DefaultCentringExamples = 800;

    public required YamlNode Node { get; init; }

    public PlacedText? File { get; init; }

    public string? Name { get; init; }

    /// <summary>A JSON file of prompts.</summary>
    public PlacedText? PromptFile { get; init; }

    /// <summary>The prompts themselves.</summary>
    public IReadOnlyList<(string ClassName, IReadOnlyList<string> Prompts)> Prompts { get; init; } = [];

    public IReadOnlyList<string> Templates { get; init; } = [];

    public double Scale { get; init; } = PromptHead.DefaultScale;

    public int CentringExamples { get; init; } = DefaultCentringExamples;

    public bool IsOfPrompts => PromptFile is not null || Prompts.Count > 0 || Templates.Count > 0;
}
