using System.Collections.Immutable;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Modules;

namespace TaskVectors.Recipes.Planning;

/// <summary>Where the tensors of a result lie: in which slice, and how deep in it.</summary>
internal static class SlicePlaces
{
    /// <summary>The places of the tensors of a document.</summary>
    /// <param name="names">The tensors of the result.</param>
    /// <param name="layout">How they lie over the depth of the result.</param>
    /// <param name="document">The document, or a part of it.</param>
    /// <param name="map">Which tensors are in which module.</param>
    public static Dictionary<string, TensorPlace> Of(IReadOnlyList<string> names, ModelLayout layout, RecipeDocument document, ModuleMap map)
    {
        var places = new Dictionary<string, TensorPlace>(StringComparer.Ordinal);
        ILookup<int?, string> byModule = names.ToLookup(map.IndexOf);
        for (int module = 0; module < map.Modules.Length; module++)
        {
            RecipeModule recipe = map.Modules[module].Recipe;
            IReadOnlyDictionary<string, int> stacks = map.StacksOf(recipe, layout);
            int[] slices = [.. Enumerable.Range(0, document.Slices.Length).Where(slice => document.Slices[slice].Module.Name == recipe.Name)];
            foreach (string name in byModule[module])
            {
                places.Add(name, recipe.IsSliced ? OfSlices(name, layout, stacks, document.Slices, slices) : OfWhole(name, layout, slices[0]));
            }
        }

        return names.ToDictionary(name => name, name => places[name], StringComparer.Ordinal);
    }

    private static TensorPlace OfWhole(string name, ModelLayout layout, int slice) =>
        ModelLayout.Parse(name) is { } parsed
            ? new TensorPlace(name, slice, parsed.Layer, Depth(parsed.Layer, layout.Stacks[parsed.Stack]))
            : new TensorPlace(name, slice, null, 0);

    private static TensorPlace OfSlices(string name, ModelLayout layout, IReadOnlyDictionary<string, int> stacks, ImmutableArray<RecipeSlice> all, int[] slices)
    {
        if (ModelLayout.Parse(name) is not { } parsed || !stacks.ContainsKey(parsed.Stack))
        {
            return new TensorPlace(name, layout.IsBefore(name, stacks.Keys.FirstOrDefault()) ? slices[0] : slices[^1], null, 0);
        }

        int slice = slices.First(index => all[index].Contains(parsed.Layer));
        int layer = parsed.Layer - all[slice].Offset;
        return new TensorPlace(name, slice, layer, Depth(layer, all[slice].LayerCount));
    }

    private static double Depth(int layer, int count) => count > 1 ? (double)layer / (count - 1) : 1;
}
