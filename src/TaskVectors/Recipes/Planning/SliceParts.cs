using System.Collections.Immutable;
using TaskVectors.Merging;
using TaskVectors.Recipes.Documents;

namespace TaskVectors.Recipes.Planning;

/// <summary>
/// Splits a document whose slices merge different numbers of models, as a stack of copied and blended layers does: slices that merge as many form a
/// part, which is a merge of its own.
/// </summary>
internal static class SliceParts
{
    /// <summary>The parts, each a document; the document itself where its slices are alike.</summary>
    public static ImmutableArray<RecipeDocument> Of(RecipeDocument document)
    {
        ImmutableArray<int>[] groups = [.. Enumerable.Range(0, document.Slices.Length).GroupBy(slice => Shape(document, document.Slices[slice])).Select(group => group.ToImmutableArray())];
        return groups.Length == 1 ? [document] : [.. groups.Select(group => PartOf(document, group))];
    }

    /// <summary>A document as the only part of itself.</summary>
    public static RecipeDocument Only(RecipeDocument document) => PartOf(document, [.. Enumerable.Range(0, document.Slices.Length)]);

    private static RecipeDocument PartOf(RecipeDocument document, ImmutableArray<int> slices) => document with
    {
        Slices = [.. slices.Select(slice => document.Slices[slice])],
        Part = new SlicePart(slices, slices.Length == document.Slices.Length),
    };

    private static (int Models, bool HasBase) Shape(RecipeDocument document, RecipeSlice slice)
    {
        bool usesBase = document.BaseRole != BaseRole.Unused;
        RecipeModel? origin = usesBase ? slice.Base ?? document.Base : null;
        return (slice.Sources.Count(source => source.Model.Text != origin?.Text), origin is not null);
    }
}
