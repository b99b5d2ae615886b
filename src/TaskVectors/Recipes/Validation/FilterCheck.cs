using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Planning;

namespace TaskVectors.Recipes.Validation;

/// <summary>Finds filters that match no tensor and gradients over models without depth.</summary>
internal sealed class FilterCheck(RecipeProblems problems)
{
    private const string Norm = "norm";

    /// <summary>Checks every parameter of a document.</summary>
    public void Check(DocumentPlan plan)
    {
        RecipeDocument document = plan.Document;
        if (document.Part is null)
        {
            CheckCommon(plan);
        }

        for (int slice = 0; slice < document.Slices.Length; slice++)
        {
            string[] names = [.. plan.Places.Values.Where(place => place.Slice == slice).Select(place => place.Name)];
            RecipeModule module = document.Slices[slice].Module;
            CheckScope(document.Slices[slice].Parameters, names, plan, module);
            foreach (RecipeSource source in document.Slices[slice].Sources)
            {
                CheckScope(source.Parameters, names, plan, module);
            }
        }
    }

    /// <summary>Checks the parameters of the document and of its modules.</summary>
    public void CheckCommon(DocumentPlan plan)
    {
        string[] all = [.. plan.Places.Keys];
        CheckScope(plan.Document.Parameters, all, plan, null);
        foreach (RecipeModule module in plan.Document.Modules)
        {
            CheckScope(module.Parameters, [.. all.Where(name => plan.Map.Holds(module, name))], plan, module);
        }
    }

    private void CheckScope(RecipeParameters scope, string[] names, DocumentPlan plan, RecipeModule? module)
    {
        foreach (RecipeParameter parameter in scope.Items)
        {
            if (parameter.Value.HasGradient && Array.TrueForAll(names, name => plan.Places[name].Layer is null))
            {
                ReportFlat(parameter, plan, module);
            }

            if (parameter.Value is RecipeFilters filters)
            {
                Check(filters, names);
            }
        }
    }

    // One list of models may serve several modules, of which some have no layers.
    private void ReportFlat(RecipeParameter parameter, DocumentPlan plan, RecipeModule? module)
    {
        if (module is null || !plan.Document.HasModules)
        {
            problems.Error(parameter.Value.Node, $"'{parameter.Name}' is a gradient over depth, and the tensors of '{plan.Anchor.Name}' have no layers.");
        }
        else
        {
            problems.Warning(parameter.Value.Node, $"'{parameter.Name}' is a gradient over depth, and the module '{module.Name}' has no layers: its tensors take the first value.");
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

        foreach (RecipeFilter filter in filters.Filters.Where(filter => !filter.IsCatchAll && !filter.Text!.Contains(Norm, StringComparison.Ordinal)))
        {
            WarnOfNorms(filter, names);
        }
    }

    // attention is part of post_attention_layernorm, and the weights of the attention are called self_attn.
    private void WarnOfNorms(RecipeFilter filter, string[] names)
    {
        string[] matched = Array.FindAll(names, filter.Matches);
        if (matched.Length == 0 || !Array.TrueForAll(matched, name => ModuleOf(name).Contains(Norm, StringComparison.Ordinal)))
        {
            return;
        }

        string? meant = names.SelectMany(name => name.Split('.')).Distinct().FirstOrDefault(part => !part.Contains(Norm, StringComparison.Ordinal) && Shares(part, filter.Text!));
        string question = meant is null ? string.Empty : $" Did you mean '{meant}'?";
        problems.Warning(filter.Node, $"The filter '{filter.Text}' matches norms only, such as '{matched[0]}'.{question}");
    }

    private static string ModuleOf(string name) => name.Split('.') is [.., var module, _] ? module : name;

    // attention for self_attn: the same word, shortened.
    private static bool Shares(string part, string text) =>
        part.Split('_').Any(word => word.Length >= 3 && (word.StartsWith(text, StringComparison.Ordinal) || IsShortFor(word, text)));

    // attn for attention: some of its letters in their order, the first and at least three of them.
    private static bool IsShortFor(string word, string text)
    {
        int found = 0;
        foreach (char letter in text)
        {
            found += found < word.Length && word[found] == letter ? 1 : 0;
        }

        return found == word.Length && word[0] == text[0];
    }
}
