using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>A data set of a configuration.</summary>
internal sealed record DataSourceConfiguration
{
    public required YamlNode Node { get; init; }

    public PlacedText? Path { get; init; }

    /// <summary>The IDX file of labels.</summary>
    public PlacedText? Labels { get; init; }

    public string TextColumn { get; init; } = "text";

    public string LabelColumn { get; init; } = "label";

    /// <summary>The share of a mixture; the number of examples where absent.</summary>
    public double? Weight { get; init; }

    public int? Limit { get; init; }

    /// <summary>Parts that the data are cut into, by share.</summary>
    public IReadOnlyList<(string Name, double Share)> Shares { get; init; } = [];

    /// <summary>The part that is taken.</summary>
    public PlacedText? Part { get; init; }
}
