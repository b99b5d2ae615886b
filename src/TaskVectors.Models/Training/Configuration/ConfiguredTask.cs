using TaskVectors.Models.Evaluation;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>What a configuration trains for: opens its data sets, chooses and numbers their examples, and makes training data and a measure of them.</summary>
internal abstract class ConfiguredTask
{
    /// <summary>What is trained on.</summary>
    public abstract ITrainingData Training { get; }

    /// <summary>The number of held-out examples.</summary>
    public abstract int HeldOut { get; }

    /// <summary>What the classes are called, or null.</summary>
    public IReadOnlyList<string>? ClassNames { get; protected set; }

    /// <summary>The labels that occur, highest first; empty for language models.</summary>
    public abstract IEnumerable<(int Label, YamlNode Node)> Labels { get; }

    /// <summary>Opens the data and chooses examples; what is wrong is reported.</summary>
    /// <param name="settings">What the model's configuration says.</param>
    /// <param name="headNames">What the head calls the classes, or null.</param>
    /// <returns>Whether all is well.</returns>
    public abstract bool Prepare(ModelSettings settings, IReadOnlyList<string>? headNames);

    /// <summary>Makes the measure of the held-out examples, or null where there are none.</summary>
    public abstract ModelEvaluator? CreateValidation(FrozenHead? head);

    /// <summary>What is wrong with a model for this task, as the end of a sentence, or null.</summary>
    public abstract string? ObstacleOf(Model model);
}
