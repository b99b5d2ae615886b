using System.Globalization;
using TaskVectors.Recipes;
using TaskVectors.Recipes.Binding;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>A mapping of a configuration whose keys are all known; reads values and reports those of another kind.</summary>
internal sealed class ConfigurationSection
{
    private const string FreePrefix = "x-";

    private readonly YamlMapping _mapping;
    private readonly RecipeProblems _problems;

    /// <summary>Takes a mapping and reports every key that it should not have.</summary>
    /// <param name="title">What it is, as a message begins.</param>
    /// <param name="mapping">The mapping.</param>
    /// <param name="keys">The keys that it may have.</param>
    /// <param name="problems">Where problems go.</param>
    public ConfigurationSection(string title, YamlMapping mapping, IReadOnlyCollection<string> keys, RecipeProblems problems)
    {
        (_mapping, _problems) = (mapping, problems);
        YamlMapping own = mapping with { Entries = [.. mapping.Entries.Where(entry => !entry.Name.StartsWith(FreePrefix, StringComparison.Ordinal))] };
        own.RequireKnownKeys(title, keys, problems);
    }

    /// <summary>Where the section stands.</summary>
    public YamlNode Node => _mapping;

    public YamlEntry? Find(string key) => _mapping.Find(key);

    /// <summary>The key, for messages about what goes with it.</summary>
    public YamlNode PlaceOf(string key) => Find(key)?.Key ?? Node;

    public PlacedText? Text(string key) => Find(key) is { } entry && ScalarReader.Text(entry, _problems) is { } text ? new PlacedText(text.Text, text) : null;

    /// <summary>A text or a list of texts; empty where there is none.</summary>
    public IReadOnlyList<PlacedText> Texts(string key)
    {
        if (Find(key) is not { } entry)
        {
            return [];
        }

        IEnumerable<YamlNode> items = entry.Value is YamlSequence list ? list.Items : [entry.Value];
        PlacedText[] texts = [.. items
            .Select(item => ScalarReader.Text(entry with { Value = item }, _problems))
            .OfType<YamlScalar>()
            .Select(text => new PlacedText(text.Text, text))];
        if (entry.Value is YamlSequence { Items.IsEmpty: true })
        {
            _problems.Error(entry.Value, $"'{key}' is an empty list; leave it out or name something.");
        }

        return texts;
    }

    public int? Integer(string key, int least = 0) =>
        Find(key) is { } entry && ScalarReader.Integer(key, entry.Value, _problems) is { } value
            ? Require(entry.Value, key, value, value >= least, $"at least {least}")
            : null;

    /// <summary>A seed: a whole number of 64 bits.</summary>
    public ulong? Seed(string key)
    {
        if (Find(key) is not { } entry)
        {
            return null;
        }

        if (entry.Value is YamlScalar scalar && ulong.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value))
        {
            return value;
        }

        _problems.Error(entry.Value, $"'{key}' must be a whole number of at least 0, got {entry.Value.Description}.");
        return null;
    }

    public double? Number(string key, Func<double, bool> isAllowed, string allowed) =>
        Find(key) is { } entry && NumberOf(key, entry.Value) is { } value ? Require(entry.Value, key, value, isAllowed(value), allowed) : null;

    public bool? Truth(string key) => Find(key) is { } entry ? ScalarReader.Truth(entry, _problems) : null;

    /// <summary>One of a few words.</summary>
    public T? Word<T>(string key, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        if (Text(key) is not { } word)
        {
            return null;
        }

        if (words.TryGetValue(word.Text, out T value))
        {
            return value;
        }

        _problems.Error(word.Node, $"There is no {key} '{word.Text}'.{SimilarNames.Question(word.Text, words.Keys)} It is one of {string.Join(", ", words.Keys)}.");
        return null;
    }

    /// <summary>A mapping within, with its own keys.</summary>
    public ConfigurationSection? Section(string key, string title, IReadOnlyCollection<string> keys) =>
        Mapping(key) is { } mapping ? new ConfigurationSection(title, mapping, keys, _problems) : null;

    /// <summary>A mapping within, with keys that the user chooses.</summary>
    public YamlMapping? Mapping(string key)
    {
        if (Find(key) is not { } entry)
        {
            return null;
        }

        if (entry.Value is YamlMapping mapping)
        {
            return mapping;
        }

        _problems.Error(entry.Value, $"'{key}' must be a mapping of keys to values, not {entry.Value.Description}.");
        return null;
    }

    /// <summary>Reads a number of a list or mapping.</summary>
    public double? NumberOf(string key, YamlNode node)
    {
        if (node is YamlScalar scalar)
        {
            return ScalarReader.Number(key, scalar, _problems);
        }

        _problems.Error(node, $"'{key}' must be a number, not {node.Description}.");
        return null;
    }

    /// <summary>Reports keys of which at most one may be given; tells whether any is.</summary>
    public bool RequireOneAtMost(params ReadOnlySpan<string> keys)
    {
        YamlEntry? first = null;
        foreach (string key in keys)
        {
            if (Find(key) is not { } entry)
            {
                continue;
            }

            if (first is not null)
            {
                _problems.Error(entry.Key, $"'{first.Name}' and '{key}' exclude each other; give one.");
            }

            first ??= entry;
        }

        return first is not null;
    }

    public void Error(YamlNode node, string message) => _problems.Error(node, message);

    private T? Require<T>(YamlNode node, string key, T value, bool holds, string allowed)
        where T : struct, IFormattable
    {
        if (holds)
        {
            return value;
        }

        _problems.Error(node, $"'{key}' must be {allowed}, got {value.ToString(null, CultureInfo.InvariantCulture)}.");
        return null;
    }
}
