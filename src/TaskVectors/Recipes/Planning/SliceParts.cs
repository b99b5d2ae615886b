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
        if (document.Part is not null || !document.IsSliced || document.Slices.Any(slice => slice.Sources.IsEmpty))
        {
            return [document];
        }

        int[] offsets = Offsets(document);
        ImmutableArray<int>[] groups = [.. Enumerable.Range(0, document.Slices.Length).GroupBy(slice => Shape(document, document.Slices[slice])).Select(group => group.ToImmutableArray())];
        return groups.Length == 1 ? [document] : [.. groups.Select(group => PartOf(document, group, offsets))];
    }

    /// <summary>The number that the first layer of each slice has in the result.</summary>
    public static int[] Offsets(RecipeDocument document)
    {
        int[] offsets = new int[document.Slices.Length];
        for (int slice = 1; slice < offsets.Length; slice++)
        {
            offsets[slice] = offsets[slice - 1] + LengthOf(document.Slices[slice - 1]);
        }

        return offsets;
    }

    /// <summary>The number of layers of a slice.</summary>
    public static int LengthOf(RecipeSlice slice) => slice.Sources[0].Layers!.Count;

    private static RecipeDocument PartOf(RecipeDocument document, ImmutableArray<int> slices, int[] offsets) => document with
    {
        Slices = [.. slices.Select(slice => document.Slices[slice])],
        Part = new SlicePart(slices, [.. slices.Select(slice => offsets[slice])], slices.Contains(0), slices.Contains(document.Slices.Length - 1)),
    };

    private static (int Models, bool HasBase) Shape(RecipeDocument document, RecipeSlice slice)
    {
        bool usesBase = document.BaseRole != BaseRole.Unused;
        RecipeModel? origin = usesBase ? slice.Base ?? document.Base : null;
        return (slice.Sources.Count(source => source.Model.Text != origin?.Text), origin is not null);
    }
}
