using System.Text.Json.Nodes;
using TaskVectors.Recipes.Architectures;

namespace TaskVectors.Recipes.Modules;

/// <summary>Finds where a config describes a module, and how many layers it has.</summary>
internal static class ModuleConfig
{
    /// <summary>The part of the config that describes a module: one of its own, else the top.</summary>
    public static JsonObject PartOf(JsonObject config, MappedModule module) =>
        PartKeys(module).Select(key => config[key]).OfType<JsonObject>().FirstOrDefault() ?? config;

    /// <summary>Whether a number of layers can be set.</summary>
    /// <param name="config">The config.</param>
    /// <param name="module">The module.</param>
    /// <param name="before">The number of layers that the model has.</param>
    public static bool CanSet(JsonObject config, MappedModule module, int before) =>
        module.Recipe.IsDefault ? ConfigParts.OfLanguage(config).Any(part => ConfigParts.LayerCount(part) == before) : Keys(config, module, before).Any();

    /// <summary>Sets the number of layers of a module that has one of its own or is described at the top.</summary>
    /// <param name="config">The config.</param>
    /// <param name="module">The module.</param>
    /// <param name="before">The number of layers that the model has.</param>
    /// <param name="count">The number that the result has.</param>
    public static void Set(JsonObject config, MappedModule module, int before, int count)
    {
        JsonObject part = PartOf(config, module);
        foreach (string key in Keys(config, module, before).ToArray())
        {
            part[key] = count;
        }
    }

    // Those that say the number of the model. Where none stands there, a config leaves the default out, and the usual one is added.
    private static IEnumerable<string> Keys(JsonObject config, MappedModule module, int before)
    {
        JsonObject part = PartOf(config, module);
        string[] known = CountKeys(module, part == config);
        string[] present = [.. known.Where(part.ContainsKey)];
        return present.Length > 0 ? present.Where(key => part[key] is JsonValue value && value.TryGetValue(out int count) && count == before)
            : module.Known is null ? []
            : known.Take(1);
    }

    private static IEnumerable<string> PartKeys(MappedModule module) =>
        module.Known?.ConfigParts ?? [module.Recipe.Name, module.Recipe.Name + "_config"];

    // At the top, the usual keys count the layers of another part.
    private static string[] CountKeys(MappedModule module, bool isTop)
    {
        string last = module.Recipe.Name[(module.Recipe.Name.LastIndexOf('.') + 1)..];
        return module.Known is { } known ? [.. known.CountKeys]
            : isTop ? [last + "_layers", $"num_{last}_layers", $"n_{last}_layers"]
            : [.. ArchitectureFamilies.LayerCountKeys];
    }
}
