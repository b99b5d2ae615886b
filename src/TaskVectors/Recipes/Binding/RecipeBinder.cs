using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Binding;

/// <summary>Binds the text of a recipe to its documents.</summary>
internal static class RecipeBinder
{
    /// <summary>Reads and binds; what cannot be bound is left out and reported.</summary>
    public static IReadOnlyList<RecipeDocument> Bind(string text, RecipeProblems problems)
    {
        IReadOnlyList<YamlNode> roots = YamlReader.Read(text, problems);
        if (roots.Count == 0 && !problems.HasErrors)
        {
            problems.Error(1, 1, "The recipe is empty; it needs merge_method and models.");
        }

        var binder = new DocumentBinder(problems);
        List<RecipeDocument> documents = [.. roots.Select(binder.Bind).OfType<RecipeDocument>()];
        return HaveDistinctNames(documents, problems) ? Order(documents, problems) : documents;
    }

    private static bool HaveDistinctNames(IReadOnlyList<RecipeDocument> documents, RecipeProblems problems)
    {
        bool areDistinct = true;
        foreach (IGrouping<string, YamlScalar> same in documents.Select(document => document.Name).OfType<YamlScalar>().GroupBy(name => name.Text, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            problems.Error(same.ElementAt(1), $"Two documents are called '{same.Key}' (first on line {same.First().Line}); every name stands for one.");
            areDistinct = false;
        }

        return areDistinct;
    }

    /// <summary>
    /// Documents in an order in which each comes after those it uses; the one that nobody uses comes last. Documents may stand in any order.
    /// </summary>
    private static IReadOnlyList<RecipeDocument> Order(List<RecipeDocument> documents, RecipeProblems problems)
    {
        var ordered = new List<RecipeDocument>();
        List<RecipeDocument> waiting = [.. documents];
        while (waiting.Count > 0)
        {
            int ready = waiting.FindIndex(document => !waiting.Exists(other => IsUsedBy(other, document)));
            if (ready < 0)
            {
                ReportCycle(waiting, problems);
                return documents;
            }

            ordered.Add(waiting[ready]);
            waiting.RemoveAt(ready);
        }

        RequireOneResult(ordered, problems);
        return ordered;
    }

    private static void ReportCycle(List<RecipeDocument> waiting, RecipeProblems problems)
    {
        RecipeModel use = waiting[0].Models().First(model => waiting.Exists(other => other.Name?.Text == model.Text));
        string names = string.Join(" and ", waiting.Select(document => document.Name).OfType<YamlScalar>().Select(name => $"'{name.Text}'"));
        problems.Error(use.Node, $"The documents {names} depend on each other; one of them must come from models alone.");
    }

    private static void RequireOneResult(List<RecipeDocument> documents, RecipeProblems problems)
    {
        foreach (RecipeDocument idle in documents.SkipLast(1).Where(document => !documents.Exists(other => IsUsedBy(document, other))))
        {
            string name = idle.Name is { } text ? $"'{text.Text}'" : "without a name";
            problems.Error(idle.Node, $"The document {name} is used by no other; a recipe has one result, that of its last document.");
        }
    }

    private static bool IsUsedBy(RecipeDocument document, RecipeDocument other) =>
        document.Name is { } name && other.Models().Any(model => model.Text == name.Text);
}
