using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Planning;

namespace TaskVectors.Recipes.Validation;

/// <summary>Finds filters that match no tensor and gradients over models without depth.</summary>
internal sealed class FilterCheck(RecipeProblems problems)
{
    /// <summary>Checks every parameter of a document.</summary>
    public void Check(DocumentPlan plan)
    {
        RecipeDocument document = plan.Document;
        string[] all = [.. plan.Places.Keys];
        CheckScope(document.Parameters, all, plan);
        CheckScope(document.ModuleParameters, all, plan);
        for (int slice = 0; slice < document.Slices.Length; slice++)
        {
            string[] names = [.. plan.Places.Values.Where(place => place.Slice == slice).Select(place => place.Name)];
            CheckScope(document.Slices[slice].Parameters, names, plan);
            foreach (RecipeSource source in document.Slices[slice].Sources)
            {
                CheckScope(source.Parameters, names, plan);
            }
        }
    }

    private void CheckScope(RecipeParameters scope, string[] names, DocumentPlan plan)
    {
        foreach (RecipeParameter parameter in scope.Items)
        {
            if (parameter.Value.HasGradient && plan.Places.Values.All(place => place.Layer is null))
            {
                problems.Error(parameter.Value.Node, $"'{parameter.Name}' is a gradient over depth, and the tensors of '{plan.Anchor.Name}' have no layers.");
            }

            if (parameter.Value is RecipeFilters filters)
            {
                Check(filters, names);
            }
        }
    }

    private void Check(RecipeFilters filters, string[] names)
    {
        foreach (RecipeFilter filter in filters.Filters.Where(filter => !Array.Exists(names, filter.Matches)))
        {
            string[] parts = [.. names.SelectMany(name => name.Split('.')).Distinct().Where(part => part.Length > 2)];
            string question = SimilarNames.Of(filter.Text!, parts) is [var similar, ..] ? $" Did you mean '{similar}'?" : parts.FirstOrDefault(part => filter.Text!.Contains(part, StringComparison.Ordinal) || Shares(part, filter.Text!)) is { } near ? $" Did you mean '{near}'?" : string.Empty;
            problems.Warning(filter.Node, $"The filter '{filter.Text}' matches no tensor.{question}");
        }
    }

    // attention for self_attn: the same word, shortened.
    private static bool Shares(string part, string text) =>
        part.Split('_').Any(word => word.Length >= 3 && (text.StartsWith(word, StringComparison.Ordinal) || word.StartsWith(text, StringComparison.Ordinal)));
}
