using TaskVectors.Models.Data;
using TaskVectors.Models.Evaluation;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>What tasks of all kinds of data sets have in common.</summary>
/// <param name="bound">The configuration.</param>
/// <param name="seed">The seed of parts and choices.</param>
/// <param name="errors">Where errors go.</param>
internal abstract class ConfiguredTaskOfSets<TSet>(BoundConfiguration bound, ulong seed, ConfigurationErrors errors) : ConfiguredTask
    where TSet : ExampleSet
{
    private readonly List<ChosenExamples<TSet>> _training = [];
    private readonly List<ChosenExamples<TSet>> _heldOut = [];
    private ITrainingData? _data;

    public sealed override ITrainingData Training => _data ??= Mix();

    public sealed override int HeldOut => _heldOut.Sum(examples => examples.Indices.Length);

    public sealed override IEnumerable<(int Label, YamlNode Node)> Labels =>
        _training.Concat(_heldOut).Where(examples => examples.Labels.Length > 0).Select(examples => (examples.Labels.Max(), examples.Set.Node));

    public sealed override bool Prepare(ModelSettings settings, IReadOnlyList<string>? headNames)
    {
        TSet?[] sets = [.. bound.Data.Where(source => source.Path is not null).Select(Open)];
        TSet? own = bound.Validation is { Path: not null } validation ? Open(validation) : null;
        bool isComplete = sets.Length == bound.Data.Count && sets.Length > 0 && !sets.Contains(null) && (own is not null || bound.Validation is null);
        return isComplete && RequireWeights() && Choose([.. sets.OfType<TSet>()], own, settings, headNames);
    }

    public sealed override ModelEvaluator? CreateValidation(FrozenHead? head) => _heldOut.Count == 0 ? null : Measure(_heldOut, head);

    /// <summary>Opens a data set.</summary>
    private protected abstract TSet OpenSet(DataSourceConfiguration source);

    /// <summary>Makes training data of examples of several sets, one after the other.</summary>
    private protected abstract ITrainingData Join(IReadOnlyList<ChosenExamples<TSet>> examples);

    /// <summary>Makes a measure of examples.</summary>
    private protected abstract ModelEvaluator Measure(IReadOnlyList<ChosenExamples<TSet>> examples, FrozenHead? head);

    private TSet? Open(DataSourceConfiguration source) => errors.Try(source.Path!.Node, () => OpenSet(source));

    private bool RequireWeights()
    {
        DataSourceConfiguration? without = bound.Data.FirstOrDefault(source => source.Weight is null);
        if (without is null || bound.Data.All(source => source.Weight is null))
        {
            return true;
        }

        errors.Add(without.Node, "Give every data set a 'weight', or none; without weights, each has as large a share as it has examples.");
        return false;
    }

    private bool Choose(TSet[] sets, TSet? own, ModelSettings settings, IReadOnlyList<string>? headNames)
    {
        if (FindNames([.. sets, .. own is null ? Array.Empty<TSet>() : [own]], settings, headNames) is not { } numbers)
        {
            return false;
        }

        ClassNames = numbers.Names;
        foreach (TSet set in sets)
        {
            if (errors.Try(set.Node, () => ChooseFrom(set, numbers)) is not { } chosen)
            {
                return false;
            }

            if (bound.ValidationShare is not { } share)
            {
                _training.Add(chosen);
                continue;
            }

            if (errors.Try(set.Node, () => DataSplits.Create(chosen.Labels, [("training", 1 - share), ("validation", share)], seed)) is not { } parts)
            {
                return false;
            }

            _training.Add(Part(chosen, parts["training"]));
            _heldOut.Add(Part(chosen, parts["validation"]));
        }

        if (own is not null)
        {
            if (errors.Try(own.Node, () => ChooseFrom(own, numbers)) is not { } chosen)
            {
                return false;
            }

            _heldOut.Add(chosen);
        }

        return true;
    }

    private static ChosenExamples<TSet> Part(ChosenExamples<TSet> whole, int[] places) => whole with
    {
        Indices = [.. places.Select(place => whole.Indices[place])],
        Labels = [.. places.Select(place => whole.Labels[place])],
    };

    private ChosenExamples<TSet> ChooseFrom(TSet set, ClassNumbers numbers)
    {
        int[] classes = numbers.Of(set.ClassNames);
        int[] indices = set.Choose(seed);
        return new ChosenExamples<TSet>(set, indices, classes.Length == 0 ? new int[indices.Length] : [.. indices.Select(index => classes[set.Labels[index]])]);
    }

    /// <summary>
    /// Names come from the configuration, else from the head, else from the model's own head where it has all of them, else from the data set
    /// that has most classes, among which the others' must be.
    /// </summary>
    private ClassNumbers? FindNames(TSet[] sets, ModelSettings settings, IReadOnlyList<string>? headNames)
    {
        if ((bound.ClassNames ?? headNames) is { } named)
        {
            return new ClassNumbers(named);
        }

        if (bound.Head is null && settings.ClassNames.Count > 0 && sets.All(set => set.ClassNames.All(settings.ClassNames.Contains)))
        {
            return new ClassNumbers(settings.ClassNames);
        }

        TSet most = sets.MaxBy(set => set.ClassNames.Count)!;
        if (Array.Find(sets, set => !set.ClassNames.All(most.ClassNames.Contains)) is { } other)
        {
            errors.Add(
                other.Node,
                $"The classes of this data set are {string.Join(", ", other.ClassNames)}, and those of another are {string.Join(", ", most.ClassNames)}. List all of them in 'classes'.");
            return null;
        }

        return new ClassNumbers(most.ClassNames.Count == 0 ? null : most.ClassNames);
    }

    private ITrainingData Mix()
    {
        ITrainingData joined = Join(_training);
        return _training.Count > 1 && _training[0].Set.Source.Weight is not null
            ? new MixedTrainingData(joined, [.. _training.Select(examples => new DataPart(examples.Indices.Length, examples.Set.Source.Weight!.Value))])
            : joined;
    }
}
