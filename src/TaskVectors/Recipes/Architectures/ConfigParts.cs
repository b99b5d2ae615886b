using System.Text.Json.Nodes;

namespace TaskVectors.Recipes.Architectures;

/// <summary>The parts of a config that describe models: the config itself, and those of the models that a multi-modal one is made of.</summary>
internal static class ConfigParts
{
    private static readonly string[] SidePrefixes = ["vision", "audio"];

    /// <summary>The whole, and its parts.</summary>
    public static IEnumerable<JsonObject> Of(JsonObject config) => config.Select(entry => entry.Value).OfType<JsonObject>().Where(part => LayerCountKey(part) is not null).Prepend(config);

    /// <summary>The whole, and those of its parts that are no encoders of pictures or sound: whose layers a recipe slices.</summary>
    public static IEnumerable<JsonObject> OfLanguage(JsonObject config) =>
        config.Where(entry => !SidePrefixes.Any(prefix => entry.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .Select(entry => entry.Value)
            .OfType<JsonObject>()
            .Where(part => LayerCountKey(part) is not null)
            .Prepend(config);

    /// <summary>The key that says how many layers a part has, or <see langword="null"/>.</summary>
    public static string? LayerCountKey(JsonObject part) => Array.Find(ArchitectureFamilies.LayerCountKeys, part.ContainsKey);

    /// <summary>The number of layers of a part, or <see langword="null"/> where it says none.</summary>
    public static int? LayerCount(JsonObject part) =>
        LayerCountKey(part) is { } key && part[key] is JsonValue value && value.TryGetValue(out int count) ? count : null;
}
