using System.Collections.Immutable;
using TaskVectors.Merging;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Grammar;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Binding;

/// <summary>Binds the short forms of recipes, coefficients and decompositions, to the methods they stand for.</summary>
internal sealed class OwnMethodBinder(RecipeProblems problems)
{
    private const string Weight = "weight";

    private readonly ParameterBinder _parameters = new(problems);

    /// <summary>Binds <c>coefficients</c> or <c>decompose</c> with its <c>components</c>.</summary>
    public RecipeDocument Bind(YamlEntry entry, YamlEntry? components, RecipeDocument document) =>
        entry.Name == "coefficients" ? BindCoefficients(entry, document) : BindDecomposition(entry, components, document);

    private RecipeDocument BindCoefficients(YamlEntry entry, RecipeDocument document)
    {
        RecipeDocument bound = document with { Method = MergeMethods.Find("task_arithmetic"), MethodNode = entry.Key };
        if (entry.Value is not YamlMapping mapping)
        {
            problems.Error(entry.Value, $"'coefficients' must be a mapping of models' names to numbers, not {entry.Value.Description}.");
            return bound;
        }

        string[] names = [.. document.Slices.SelectMany(slice => slice.Sources).Select(source => source.DisplayName)];
        foreach (YamlEntry unknown in mapping.Entries.Where(item => !names.Contains(item.Name)))
        {
            problems.Error(unknown.Key, $"'{unknown.Name}' is the name of no model.{SimilarNames.Question(unknown.Name, names)} The models are {string.Join(", ", names)}.");
        }

        return bound with { Slices = [.. document.Slices.Select(slice => slice with { Sources = [.. slice.Sources.Select(source => WithCoefficient(source, mapping))] })] };
    }

    private RecipeSource WithCoefficient(RecipeSource source, YamlMapping coefficients)
    {
        if (coefficients.Find(source.DisplayName) is not { } entry || _parameters.BindValue(entry.Name, entry.Value) is not { } value)
        {
            return source;
        }

        var key = new YamlScalar(entry.Key.Line, entry.Key.Column, Weight, IsPlain: true);
        return source with { Parameters = new RecipeParameters(source.Parameters.Items.Add(new RecipeParameter(key, value))) };
    }

    private RecipeDocument BindDecomposition(YamlEntry entry, YamlEntry? components, RecipeDocument document)
    {
        RecipeParameters given = _parameters.Bind(entry);
        if (components?.Value is YamlMapping mapping)
        {
            RecipeGrammar.Components.RequireKnownKeys(mapping, problems);
        }

        RecipeParameters coefficients = _parameters.Bind(components);
        return document with
        {
            Method = MergeMethods.Find("decomposed"),
            MethodNode = entry.Key,
            Parameters = new RecipeParameters([.. coefficients.Items, .. given.Items, .. document.Parameters.Items]),
        };
    }
}
