using System.Text.Json;
using System.Text.Json.Nodes;
using TaskVectors.Checkpoints;

namespace TaskVectors.Models.Training;

/// <summary>The <c>config.json</c> of a trained model: that of the model it began with, which says F32 where it says a dtype.</summary>
internal static class TrainedConfig
{
    public const string FileName = "config.json";
    private const string Written = "float32";

    private static readonly string[] DTypeKeys = ["dtype", "torch_dtype"];

    /// <summary>The configuration that goes with F32 tensors; the same bytes where nothing changes.</summary>
    public static byte[] Adjust(byte[] config)
    {
        if (Parse(config) is not { } root)
        {
            return config;
        }

        bool isChanged = false;
        JsonObject[] sections = [root, .. root.Select(property => property.Value).OfType<JsonObject>()];
        foreach (JsonObject section in sections)
        {
            foreach (string key in DTypeKeys.Where(key => section[key] is JsonValue value && !(value.TryGetValue(out string? name) && name == Written)))
            {
                section[key] = Written;
                isChanged = true;
            }
        }

        return isChanged ? Encode(root) : config;
    }

    private static JsonObject? Parse(byte[] config)
    {
        try
        {
            JsonText.RequireUnicode(config);
            return JsonNode.Parse(config) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Encode(JsonObject root)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            root.WriteTo(json);
        }

        return [.. bytes.ToArray(), (byte)'\n'];
    }
}
