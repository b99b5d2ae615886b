using System.Collections.Immutable;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Grammar;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Binding;

/// <summary>Binds what takes part: lists of models, and slices of their layers.</summary>
internal sealed class SliceBinder(RecipeProblems problems)
{
    private readonly ParameterBinder _parameters = new(problems);
    private readonly ReferenceBinder _references = new(problems);

    /// <summary>Binds the models or the slices of a module.</summary>
    public ImmutableArray<RecipeSlice> Bind(YamlEntry entry, RecipeModule module) =>
        RecipeSlice.Stack(module.IsSliced ? [.. ItemsOf(entry, RecipeGrammar.Slice).Select(item => BindSlice(item, module)).OfType<RecipeSlice>()] : [BindModels(entry, module)]);

    // The one slice of a merge of whole models.
    private RecipeSlice BindModels(YamlEntry entry, RecipeModule module)
    {
        ImmutableArray<RecipeSource> sources = [.. ItemsOf(entry, RecipeGrammar.ModelEntry).Select(BindModel).OfType<RecipeSource>()];
        foreach (IGrouping<string, RecipeSource> same in sources.GroupBy(source => source.Model.Text, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            RecipeSource[] listed = [.. same];
            problems.Error(listed[1].Model.Node, $"The model '{listed[0].Model.ShortName}' is listed twice (lines {listed[0].Model.Node.Line} and {listed[1].Model.Node.Line}).");
        }

        return new RecipeSlice(entry.Value, null, sources, RecipeParameters.None) { Module = module };
    }

    /// <summary>Binds a reference to a model.</summary>
    public RecipeModel? BindReference(YamlEntry? entry) => _references.Bind(entry is { Value: YamlScalar { IsNull: true }, Name: "base_model" } ? null : entry);

    private RecipeSource? BindModel(YamlMapping mapping)
    {
        RecipeGrammar.ModelEntry.RequireKnownKeys(mapping, problems, MisplacedParameter);
        string? name = mapping.Find("name") is { } entry ? ScalarReader.Text(entry, problems)?.Text : null;
        return Bind(mapping, name, null);
    }

    private RecipeSlice? BindSlice(YamlMapping mapping, RecipeModule module)
    {
        if (mapping.Find("residual_weight") is { } residual)
        {
            problems.Warning(residual.Key, IdleKeys.ResidualWeight);
            mapping = mapping with { Entries = mapping.Entries.Remove(residual) };
        }

        RecipeGrammar.Slice.RequireKnownKeys(mapping, problems, MisplacedParameter);
        if (mapping.Find("sources") is not { } sources)
        {
            problems.Error(mapping, "A slice needs 'sources'.");
            return null;
        }

        ImmutableArray<RecipeSource> bound = [.. ItemsOf(sources, RecipeGrammar.SliceSource).Select(BindSliceSource).OfType<RecipeSource>()];
        RequireEqualLengths(sources, bound);
        return new RecipeSlice(mapping, BindReference(mapping.Find("base_model")), bound, _parameters.Bind(mapping.Find("parameters"))) { Module = module };
    }

    private RecipeSource? BindSliceSource(YamlMapping mapping)
    {
        RecipeGrammar.SliceSource.RequireKnownKeys(mapping, problems, MisplacedParameter);
        if (mapping.Find("layer_range") is not { } range)
        {
            problems.Error(mapping, "A source of a slice needs 'layer_range': [first, end).");
            return null;
        }

        return BindRange(range) is { } layers ? Bind(mapping, null, layers) : null;
    }

    private RecipeSource? Bind(YamlMapping mapping, string? name, LayerRange? layers)
    {
        RecipeParameters parameters = _parameters.Bind(mapping.Find("parameters"));
        if (mapping.Find("model") is not { } model)
        {
            problems.Error(mapping, "The entry needs 'model'.");
            return null;
        }

        return BindReference(model) is { } reference ? new RecipeSource(mapping, reference, name, layers, parameters) : null;
    }

    private LayerRange? BindRange(YamlEntry entry)
    {
        if (entry.Value is not YamlSequence { Items: [var first, var end] } list)
        {
            string got = entry.Value is YamlSequence { Items.Length: var count } ? $"{count} values" : entry.Value.Description;
            problems.Error(entry.Value, $"layer_range must be two whole numbers [first, end), the end excluded; got {got}.");
            return null;
        }

        if (ScalarReader.Integer(entry.Name, first, problems) is not { } from || ScalarReader.Integer(entry.Name, end, problems) is not { } to)
        {
            return null;
        }

        string? wrong = from < 0 || to < 0 ? "has a negative number; layers are counted from 0"
            : from == to ? "has no layers"
            : from > to ? "is reversed: the first layer comes first"
            : null;
        if (wrong is not null)
        {
            problems.Error(list, $"layer_range [{from}, {to}) {wrong}.");
            return null;
        }

        return new LayerRange(list, from, to);
    }

    private void RequireEqualLengths(YamlEntry entry, ImmutableArray<RecipeSource> sources)
    {
        if (sources.Select(source => source.Layers!.Count).Distinct().Count() > 1)
        {
            RecipeSource odd = sources.First(source => source.Layers!.Count != sources[0].Layers!.Count);
            string counts = string.Join(", ", sources.Select(source => $"{source.Model.ShortName} {source.Layers!.Count}"));
            problems.Error(odd.Layers!.Node, $"The sources of a slice must have the same number of layers: {counts}.");
        }
    }

    private IEnumerable<YamlMapping> ItemsOf(YamlEntry entry, Grammar.RecipeObject item)
    {
        if (entry.Value is not YamlSequence list)
        {
            problems.Error(entry.Value, $"'{entry.Name}' must be a list, not {entry.Value.Description}.");
            yield break;
        }

        if (list.Items.IsEmpty)
        {
            problems.Error(list, $"'{entry.Name}' is empty; a merge needs at least one.");
        }

        foreach (YamlNode node in list.Items)
        {
            if (node is YamlMapping mapping)
            {
                yield return mapping;
            }
            else
            {
                string hint = node is YamlScalar && item.Keys.Any(key => key.Name == "model") ? " Write 'model:' before it." : string.Empty;
                problems.Error(node, $"{item.Title} must be a mapping with the keys {string.Join(", ", item.Keys.Select(key => key.Name))}, not {node.Description}.{hint}");
            }
        }
    }

    /// <summary>What to say of a parameter that stands where keys do.</summary>
    internal static string? MisplacedParameter(string key) =>
        MethodParameters.IsKnown(key) ? " It is a parameter of merge methods; parameters stand under 'parameters:'." : null;
}
