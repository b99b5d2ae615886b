using System.Collections.Immutable;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Documents;

namespace TaskVectors.Recipes.Modules;

/// <summary>Which tensors belong to which module of a recipe: that of the longest prefix that the name begins with.</summary>
internal sealed class ModuleMap
{
    private readonly (string Prefix, int? Module)[] _prefixes;
    private readonly int? _rest;

    /// <summary>Creates the map.</summary>
    /// <param name="modules">The modules, in the order of the recipe.</param>
    /// <param name="others">Prefixes of modules that the recipe does not name; their tensors belong to the one that takes the rest.</param>
    public ModuleMap(ImmutableArray<MappedModule> modules, IEnumerable<string> others)
    {
        Modules = modules;
        IEnumerable<(string, int?)> named = modules.SelectMany((module, index) => module.Prefixes.Select(prefix => (prefix, (int?)index)));
        _prefixes = [.. named.Concat(others.Select(prefix => (prefix, (int?)null))).DistinctBy(pair => pair.Item1).OrderByDescending(pair => pair.Item1.Length)];
        int rest = modules.ToList().FindIndex(module => module.Recipe.IsDefault);
        _rest = rest < 0 ? null : rest;
    }

    /// <summary>The modules, in the order of the recipe.</summary>
    public ImmutableArray<MappedModule> Modules { get; }

    /// <summary>The map of a recipe that names no modules: all tensors belong to one.</summary>
    public static ModuleMap Whole(RecipeModule module) => new([new MappedModule(module, [], null)], []);

    /// <summary>The number of the module that a tensor belongs to; <see langword="null"/> where it belongs to none.</summary>
    public int? IndexOf(string name)
    {
        int found = Array.FindIndex(_prefixes, pair => name.StartsWith(pair.Prefix, StringComparison.Ordinal));
        return found < 0 ? _rest : _prefixes[found].Module ?? _rest;
    }

    /// <summary>Whether a tensor belongs to a module.</summary>
    public bool Holds(RecipeModule module, string name) => IndexOf(name) is { } index && Modules[index].Recipe.Name == module.Name;

    /// <summary>The stacks of layers that slices of a module cut, with the number of layers that a model has in each.</summary>
    public IReadOnlyDictionary<string, int> StacksOf(RecipeModule module, ModelLayout layout) =>
        layout.MainOf(layout.Stacks.Where(stack => Holds(module, stack.Key + ".0.")).ToDictionary(StringComparer.Ordinal));
}
