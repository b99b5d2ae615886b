using System.Collections.Immutable;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Grammar;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Binding;

/// <summary>Binds parameters: scalars, gradients and lists of filters, whatever the method makes of them.</summary>
internal sealed class ParameterBinder(RecipeProblems problems)
{
    /// <summary>Binds the mapping of a <c>parameters</c> key; nothing where the key is absent.</summary>
    public RecipeParameters Bind(YamlEntry? entry)
    {
        if (entry is null || entry.Value is YamlScalar { IsNull: true })
        {
            return RecipeParameters.None;
        }

        if (entry.Value is not YamlMapping mapping)
        {
            problems.Error(entry.Value, $"'{entry.Name}' must be a mapping of parameters to values, not {entry.Value.Description}.");
            return RecipeParameters.None with { IsUnreadable = true };
        }

        var items = ImmutableArray.CreateBuilder<RecipeParameter>();
        var unreadable = ImmutableArray.CreateBuilder<string>();
        foreach (YamlEntry item in mapping.Entries)
        {
            if (BindValue(item.Name, item.Value) is { } value)
            {
                items.Add(new RecipeParameter(item.Key, value));
            }
            else
            {
                unreadable.Add(item.Name);
            }
        }

        return new RecipeParameters(items.ToImmutable()) { Unreadable = unreadable.ToImmutable() };
    }

    /// <summary>Binds the value of a parameter.</summary>
    public RecipeValue? BindValue(string name, YamlNode node) => node switch
    {
        YamlScalar scalar => BindScalar(name, scalar),
        YamlMapping entry => BindFilters(name, entry, [entry]),
        YamlSequence { Items.IsEmpty: true } => Fail(node, $"'{name}' is an empty list; a gradient needs numbers."),
        YamlSequence list when list.Items.All(item => item is YamlScalar) => BindGradient(name, list),
        YamlSequence list when list.Items.All(item => item is YamlMapping) => BindFilters(name, list, [.. list.Items.Cast<YamlMapping>()]),
        _ => Fail(node, $"'{name}' is a list that mixes numbers and filters; a list holds either the numbers of a gradient or filters."),
    };

    private RecipeScalar? BindScalar(string name, YamlScalar scalar)
    {
        if (scalar.IsNull)
        {
            problems.Error(scalar, $"'{name}' has no value.");
            return null;
        }

        return new RecipeScalar(scalar, scalar.Text);
    }

    // A quoted number is a number, as for a scalar.
    private RecipeGradient? BindGradient(string name, YamlSequence list)
    {
        var anchors = ImmutableArray.CreateBuilder<RecipeScalar>();
        var values = ImmutableArray.CreateBuilder<double>();
        foreach (YamlScalar item in list.Items.Cast<YamlScalar>())
        {
            if (ScalarReader.Number(name, item, problems) is { } value)
            {
                anchors.Add(new RecipeScalar(item, item.Text));
                values.Add(value);
            }
        }

        return values.Count == list.Items.Length ? new RecipeGradient(list, anchors.ToImmutable(), values.ToImmutable()) : null;
    }

    private RecipeFilters? BindFilters(string name, YamlNode node, IReadOnlyList<YamlMapping> entries)
    {
        var filters = ImmutableArray.CreateBuilder<RecipeFilter>();
        foreach (YamlMapping entry in entries)
        {
            RecipeGrammar.Filter.RequireKnownKeys(entry, problems);
            string? text = entry.Find("filter") is { } filter ? ScalarReader.Text(filter, problems)?.Text : null;
            if (entry.Find("value") is not { } given)
            {
                problems.Error(entry, $"A filter entry of '{name}' needs 'value'.");
            }
            else if (given.Value is YamlMapping or YamlSequence { Items: [YamlMapping, ..] })
            {
                problems.Error(given.Value, $"The 'value' of a filter entry of '{name}' is a scalar or a gradient; filters are not nested.");
            }
            else if (BindValue(name, given.Value) is { } value)
            {
                filters.Add(new RecipeFilter(entry, text, value));
            }
        }

        WarnOfUnreachable(filters);
        return filters.Count == entries.Count ? new RecipeFilters(node, filters.ToImmutable()) : null;
    }

    private void WarnOfUnreachable(ImmutableArray<RecipeFilter>.Builder filters)
    {
        for (int index = 1; index < filters.Count; index++)
        {
            RecipeFilter later = filters[index];
            if (filters.Take(index).FirstOrDefault(earlier => Covers(earlier, later)) is { } cover)
            {
                string name = later.IsCatchAll ? "An entry for every tensor" : $"The filter '{later.Text}'";
                string by = cover.IsCatchAll ? "an entry that matches every tensor" : $"'{cover.Text}', which matches the same tensors";
                problems.Warning(later.Node, $"{name} is never reached: before it stands {by}, and the first match wins.");
            }
        }
    }

    private static bool Covers(RecipeFilter earlier, RecipeFilter later) =>
        earlier.IsCatchAll || (later.Text?.Contains(earlier.Text!, StringComparison.Ordinal) ?? false);

    private RecipeValue? Fail(YamlNode node, string message)
    {
        problems.Error(node, message);
        return null;
    }
}
