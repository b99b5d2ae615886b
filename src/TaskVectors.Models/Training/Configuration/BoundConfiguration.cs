using TaskVectors.Models.Training.Lora;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>A configuration's values; those that could not be read are absent or defaults, and reported.</summary>
internal sealed record BoundConfiguration
{
    public TrainingTask? Task { get; init; }

    public PlacedText? Model { get; init; }

    public PlacedText? Edit { get; init; }

    /// <summary>The models that an edit names.</summary>
    public IReadOnlyList<(string Name, PlacedText Path)> Models { get; init; } = [];

    public bool AnyBase { get; init; }

    public PlacedText? Tokenizer { get; init; }

    public PlacedText? Processor { get; init; }

    public IReadOnlyList<DataSourceConfiguration> Data { get; init; } = [];

    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Held-out data of its own.</summary>
    public DataSourceConfiguration? Validation { get; init; }

    /// <summary>The share of the training data that is held out.</summary>
    public double? ValidationShare { get; init; }

    public HeadConfiguration? Head { get; init; }

    public IReadOnlyList<PlacedText> Trained { get; init; } = [];

    public IReadOnlyList<PlacedText> Frozen { get; init; } = [];

    /// <summary>The adapters, without their targets.</summary>
    public LoraOptions? Lora { get; init; }

    public IReadOnlyList<PlacedText> LoraTargets { get; init; } = [];

    public IReadOnlyList<PlacedText> LoraExcluded { get; init; } = [];

    /// <summary>All that needs no file; the steps are filled in when the data are known.</summary>
    public TrainingOptions Options { get; init; } = new() { Steps = 1, LearningRate = 0 };

    public int? Steps { get; init; }

    public double? Epochs { get; init; }

    public double? WarmUpRatio { get; init; }

    public int? MaximumLength { get; init; }

    /// <summary>Where a key stands, for problems that only the files show; the whole where it is absent.</summary>
    public Func<string, YamlNode> PlaceOf { get; init; } = _ => new YamlScalar(1, 1, string.Empty, IsPlain: true);
}
