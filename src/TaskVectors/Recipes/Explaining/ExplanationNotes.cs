using TaskVectors.Merging;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Planning;

namespace TaskVectors.Recipes.Explaining;

/// <summary>Rules of recipes that play a part in a recipe and are easily overlooked.</summary>
internal static class ExplanationNotes
{
    public static IEnumerable<string> Of(IReadOnlyList<DocumentPlan> plans) => plans.SelectMany(Of).Concat(OfSeveral(plans)).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> OfSeveral(IReadOnlyList<DocumentPlan> plans)
    {
        foreach (DocumentPlan plan in plans.SkipLast(1))
        {
            string dtype = plan.OutputDType is { } chosen ? $"rounded to {chosen}" : "rounded to the dtypes of its tensors";
            yield return $"The result of '{plan.Document.Name!.Text}' is computed where it is needed, {dtype} as if it were stored, and not written.";
        }
    }

    private static IEnumerable<string> Of(DocumentPlan plan)
    {
        RecipeDocument document = plan.Document;
        if (Parameters(document).Any(parameter => parameter.Value.HasGradient))
        {
            yield return "A gradient's anchors are spread evenly over the layers of a model, or of each slice; tensors of no layer take the first anchor.";
            if (document.Slices.Any(slice => slice.LayerCount == 1))
            {
                yield return "A slice of one layer takes a gradient's last anchor.";
            }
        }

        if (Parameters(document).Any(parameter => parameter.Value is RecipeFilters filters && plan.Places.Values.Any(place => !filters.Filters.Any(filter => filter.Matches(place.Name)))))
        {
            yield return "Tensors that no filter matches take the value of the slice, the module or the document, else the default.";
        }

        if (plan.Merges.Any(merge => merge.IsCopy))
        {
            yield return "Slices of a single model are copied as they are.";
        }

        if (document is { DType: { } inner, OutputDType: { } outer } && inner != outer)
        {
            yield return $"Arithmetic is in F32 or wider; the result is rounded once, to {outer}{(DocumentPlanner.AsksForNarrowing(document) ? $", and the models are rounded to {inner} first" : string.Empty)}.";
        }

        if (document is { Method: not null, BaseRole: BaseRole.First } && plan.Merges.Any(merge => merge.Base is not null))
        {
            yield return $"The base is one of the models that {document.Method.Name} merges: the first.";
        }
    }

    private static IEnumerable<RecipeParameter> Parameters(RecipeDocument document) => document.Scopes().SelectMany(scope => scope.Items);
}
