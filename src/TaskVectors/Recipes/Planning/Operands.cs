using System.Collections.Immutable;
using TaskVectors.Merging;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Resolution;

namespace TaskVectors.Recipes.Planning;

/// <summary>The contributions of a document in the order of a method's operands: the base apart where the method sets it apart.</summary>
/// <param name="Base">The base, slice by slice; <see langword="null"/> where there is none or the method makes nothing of it.</param>
/// <param name="Models">The models, each slice by slice.</param>
internal sealed record Operands(ImmutableArray<Contribution>? Base, ImmutableArray<ImmutableArray<Contribution>> Models)
{
    /// <summary>Sorts the sources of every slice; <see langword="null"/> where they do not fit, which is reported.</summary>
    public static Operands? Sort(RecipeDocument document, ModelResolver resolver, RecipeProblems problems)
    {
        bool usesBase = document.BaseRole != BaseRole.Unused;
        var bases = new List<Contribution>();
        var models = new List<Contribution[]>();
        foreach (RecipeSlice slice in document.Slices)
        {
            RecipeModel? reference = usesBase ? slice.Base ?? document.Base : null;
            RecipeSource? listed = slice.Sources.FirstOrDefault(source => source.Model.Text == reference?.Text);
            Contribution?[] others = [.. slice.Sources.Where(source => source != listed).Select(source => Contribute(source, slice, resolver))];
            Contribution? origin = reference is null ? null : listed is not null ? Contribute(listed, slice, resolver) : ContributeUnlisted(reference, slice, resolver, problems);
            if (others.Contains(null) || (reference is not null && origin is null))
            {
                return null;
            }

            models.Add([.. others.OfType<Contribution>()]);
            if (origin is not null)
            {
                bases.Add(origin);
            }
        }

        return Transpose(document, bases, models);
    }

    /// <summary>Whether they are one model where the method merges several, as in a stack of copied and blended layers.</summary>
    public bool AreCopied(RecipeDocument document) =>
        document is { Part.IsOnly: false, Method: { } method } && Models.Length + (Base is null ? 0 : 1) == 1 && (Models.IsEmpty || method.MinimumVectors > 1);

    private static Operands Transpose(RecipeDocument document, List<Contribution> bases, List<Contribution[]> models)
    {
        bool hasBase = bases.Count == document.Slices.Length && bases.Count > 0;
        return new Operands(
            hasBase ? [.. bases] : null,
            [.. Enumerable.Range(0, models.Count == 0 ? 0 : models[0].Length).Select(operand => models.Select(slice => slice[operand]).ToImmutableArray())]);
    }

    private static Contribution? Contribute(RecipeSource source, RecipeSlice slice, ModelResolver resolver) =>
        resolver.Resolve(source.Model) is { } model ? new Contribution(source, model, source.Layers, slice.Module) : null;

    // A base that a slice does not list takes part with the layers that all sources of the slice share.
    private static Contribution? ContributeUnlisted(RecipeModel reference, RecipeSlice slice, ModelResolver resolver, RecipeProblems problems)
    {
        if (resolver.Resolve(reference) is not { } model)
        {
            return null;
        }

        LayerRange[] ranges = [.. slice.Sources.Select(source => source.Layers).OfType<LayerRange>()];
        if (ranges.DistinctBy(range => range.First).Count() > 1)
        {
            problems.Error(slice.Node, $"The sources of this slice take different layers, so it must list the base '{model.Name}' with its layer_range.");
            return null;
        }

        return new Contribution(null, model, ranges.FirstOrDefault(), slice.Module);
    }
}
