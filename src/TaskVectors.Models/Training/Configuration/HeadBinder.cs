using TaskVectors.Recipes;
using TaskVectors.Recipes.Binding;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Binds the head of a configuration.</summary>
internal sealed class HeadBinder(RecipeProblems problems)
{
    private const string Own = "own";

    /// <summary>The frozen head, or null for the model's own.</summary>
    public HeadConfiguration? Bind(ConfigurationSection root, TrainingTask? task)
    {
        if (root.Find("head") is not { } entry)
        {
            return null;
        }

        if (task == TrainingTask.LanguageModel)
        {
            problems.Error(entry.Key, "'head' is of classifiers; a language model has its own.");
        }

        if (entry.Value is YamlScalar scalar)
        {
            if (scalar.Text != Own)
            {
                problems.Error(scalar, $"'head' is {Own}, or a mapping with a file, prompts or templates; got {scalar.Description}.");
            }

            return null;
        }

        return root.Section("head", "The head", ["file", "name", "prompts", "templates", "scale", "centre"]) is { } head ? Bind(head) : null;
    }

    private HeadConfiguration Bind(ConfigurationSection head)
    {
        if (!head.RequireOneAtMost("file", "prompts", "templates"))
        {
            problems.Error(head.Node, "A head needs 'file', 'prompts' or 'templates'.");
        }

        RequireWith(head, "name", "file");
        RequireWith(head, "scale", "prompts", "templates");
        RequireWith(head, "centre", "prompts", "templates");
        bool isInline = head.Find("prompts")?.Value is YamlMapping;
        IReadOnlyList<PlacedText> templates = head.Texts("templates");
        foreach (PlacedText template in templates.Where(template => !template.Text.Contains(Evaluation.PromptSet.Placeholder, StringComparison.Ordinal)))
        {
            problems.Error(template.Node, $"The template '{template.Text}' has no {Evaluation.PromptSet.Placeholder} where the name of the class goes.");
        }

        return new HeadConfiguration
        {
            Node = head.Node,
            File = head.Text("file"),
            Name = head.Text("name")?.Text,
            PromptFile = isInline ? null : head.Text("prompts"),
            Prompts = isInline ? Prompts(head.Mapping("prompts")!) : [],
            Templates = [.. templates.Select(template => template.Text)],
            Scale = head.Number("scale", value => value > 0, "more than 0") ?? PromptHead.DefaultScale,
            CentringExamples = head.Integer("centre") ?? HeadConfiguration.DefaultCentringExamples,
        };
    }

    private List<(string ClassName, IReadOnlyList<string> Prompts)> Prompts(YamlMapping mapping)
    {
        List<(string, IReadOnlyList<string>)> prompts = [];
        foreach (YamlEntry entry in mapping.Entries)
        {
            IEnumerable<YamlNode> items = entry.Value is YamlSequence list ? list.Items : [entry.Value];
            string[] texts = [.. items.Select(item => ScalarReader.Text(entry with { Value = item }, problems)).OfType<YamlScalar>().Select(text => text.Text)];
            prompts.Add((entry.Name, texts));
        }

        if (prompts.Count < 2)
        {
            problems.Error(mapping, "'prompts' are of at least two classes.");
        }

        return prompts;
    }

    private void RequireWith(ConfigurationSection head, string key, params ReadOnlySpan<string> others)
    {
        bool isThere = false;
        foreach (string other in others)
        {
            isThere |= head.Find(other) is not null;
        }

        if (head.Find(key) is { } entry && !isThere)
        {
            problems.Error(entry.Key, $"'{key}' goes with {string.Join(" or ", others.ToArray().Select(other => $"'{other}'"))}.");
        }
    }
}
