using System.Collections.Immutable;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Planning;
using TaskVectors.Recipes.Resolution;

namespace TaskVectors.Recipes.Modules;

/// <summary>A module as a plan makes it.</summary>
/// <param name="Module">The module.</param>
/// <param name="Before">The number of layers of the model that gives the config; <see langword="null"/> where there is no single stack.</param>
/// <param name="LayerCount">The number of layers of the result; <see langword="null"/> where there is no single stack.</param>
internal sealed record PlannedModule(MappedModule Module, int? Before, int? LayerCount)
{
    /// <summary>Whether its layers are stacked.</summary>
    public bool IsSliced => Module.Recipe.IsSliced;

    /// <summary>The modules of a document.</summary>
    /// <param name="document">The document, or a part of it.</param>
    /// <param name="map">Which tensors are in which module.</param>
    /// <param name="anchor">The model that gives the config.</param>
    /// <param name="contributions">What the result is like, slice by slice.</param>
    public static ImmutableArray<PlannedModule> Of(RecipeDocument document, ModuleMap map, ResolvedModel anchor, ImmutableArray<Contribution> contributions) =>
    [
        .. from module in map.Modules
           where document.Modules.Any(own => own.Name == module.Recipe.Name)
           select new PlannedModule(module, Count(map, module, anchor), CountOf(document, map, module, contributions)),
    ];

    private static int? CountOf(RecipeDocument document, ModuleMap map, MappedModule module, ImmutableArray<Contribution> contributions)
    {
        int first = document.Slices.ToList().FindIndex(slice => slice.Module.Name == module.Recipe.Name);
        return module.Recipe.IsSliced
            ? document.Slices.Where(slice => slice.Module.Name == module.Recipe.Name).Sum(slice => slice.LayerCount)
            : Count(map, module, contributions[first].Model);
    }

    private static int? Count(ModuleMap map, MappedModule module, ResolvedModel model) =>
        map.StacksOf(module.Recipe, model.Layout) is { Count: 1 } stacks ? stacks.Values.First() : null;
}
