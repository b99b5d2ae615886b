using TaskVectors.Recipes;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Binds the data sets of a configuration.</summary>
internal sealed class DataBinder(RecipeProblems problems)
{
    private static readonly string[] Keys = ["path", "labels", "text_column", "label_column", "limit", "shares", "part"];

    /// <summary>What is trained on: one set, or a list of sets that are mixed.</summary>
    public IReadOnlyList<DataSourceConfiguration> Sources(ConfigurationSection root, TrainingTask? task)
    {
        if (root.Find("data") is not { } entry)
        {
            return [];
        }

        IReadOnlyList<YamlNode> nodes = entry.Value is YamlSequence list ? list.Items : [entry.Value];
        if (nodes.Count == 0)
        {
            problems.Error(entry.Value, "'data' is an empty list; name at least one data set.");
        }

        return [.. nodes.Select(node => Source("A data set", node, [.. Keys, "weight"], task)).OfType<DataSourceConfiguration>()];
    }

    /// <summary>What is held out: a share of what is trained on, or a set of its own.</summary>
    public (DataSourceConfiguration? Source, double? Share) Validation(ConfigurationSection root, TrainingTask? task)
    {
        if (root.Find("validation") is not { } entry)
        {
            return (null, null);
        }

        if (entry.Value is not YamlMapping mapping || mapping.Find("share") is null)
        {
            return (Source("The validation", entry.Value, [.. Keys, "share"], task), null);
        }

        ConfigurationSection section = new("The validation", mapping, [.. Keys, "share"], problems);
        if (mapping.Entries.FirstOrDefault(other => Keys.Contains(other.Name)) is { } other)
        {
            problems.Error(other.Key, $"'share' cuts the held-out examples from 'data', and '{other.Name}' is of a data set of its own; give one.");
        }

        return (null, section.Number("share", value => value is > 0 and < 1, "between 0 and 1"));
    }

    private DataSourceConfiguration? Source(string title, YamlNode node, string[] keys, TrainingTask? task)
    {
        if (node is not YamlMapping mapping)
        {
            problems.Error(node, $"{title} must be a mapping with a path, not {node.Description}.");
            return null;
        }

        ConfigurationSection section = new(title, mapping, keys, problems);
        if (section.Find("path") is null)
        {
            problems.Error(node, $"{title} has no 'path'.");
        }

        if (section.Find("shares") is null != section.Find("part") is null)
        {
            problems.Error((section.Find("shares") ?? section.Find("part"))!.Key, "'shares' and 'part' go together, such as shares: {train: 0.8, test: 0.2} and part: train.");
        }

        RequireTask(section, "labels", task, TrainingTask.ImageClassification);
        RequireTask(section, "label_column", task, TrainingTask.TextClassification);
        RequireTask(section, "text_column", task, TrainingTask.TextClassification, TrainingTask.LanguageModel);
        List<(string Name, double Share)> shares = Shares(section);
        return new DataSourceConfiguration
        {
            Node = node,
            Path = section.Text("path"),
            Labels = section.Text("labels"),
            TextColumn = section.Text("text_column")?.Text ?? "text",
            LabelColumn = section.Text("label_column")?.Text ?? "label",
            Weight = section.Number("weight", value => value > 0, "more than 0"),
            Limit = section.Integer("limit", 1),
            Shares = shares,
            Part = Part(section, shares),
        };
    }

    private List<(string Name, double Share)> Shares(ConfigurationSection section)
    {
        List<(string, double)> shares = [];
        foreach (YamlEntry entry in section.Mapping("shares")?.Entries ?? [])
        {
            if (section.NumberOf(entry.Name, entry.Value) is not { } share)
            {
                continue;
            }

            if (share > 0)
            {
                shares.Add((entry.Name, share));
            }
            else
            {
                problems.Error(entry.Value, $"The share '{entry.Name}' must be more than 0.");
            }
        }

        return shares;
    }

    private PlacedText? Part(ConfigurationSection section, List<(string Name, double Share)> shares)
    {
        PlacedText? part = section.Text("part");
        if (part is null || shares.Count == 0 || shares.Exists(share => share.Name == part.Text))
        {
            return part;
        }

        string[] names = [.. shares.Select(share => share.Name)];
        problems.Error(part.Node, $"There is no part '{part.Text}'.{SimilarNames.Question(part.Text, names)} The shares are {string.Join(", ", names)}.");
        return null;
    }

    private void RequireTask(ConfigurationSection section, string key, TrainingTask? task, params ReadOnlySpan<TrainingTask> tasks)
    {
        if (section.Find(key) is { } entry && task is { } given && !tasks.Contains(given))
        {
            problems.Error(entry.Key, $"'{key}' plays no part in this task.");
        }
    }
}
