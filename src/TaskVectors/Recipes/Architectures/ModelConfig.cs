using System.Text.Json;
using System.Text.Json.Nodes;
using TaskVectors.Checkpoints;

namespace TaskVectors.Recipes.Architectures;

/// <summary>What a model's <c>config.json</c> says; empty where there is none.</summary>
internal sealed class ModelConfig
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "config.json";

    private const long MaximumBytes = 1 << 20;

    private readonly JsonObject _root;

    private ModelConfig(JsonObject root) => _root = root;

    /// <summary>Whether there is anything in it.</summary>
    public bool Exists => _root.Count > 0;

    /// <summary>The family's name.</summary>
    public string? ModelType => TextOf("model_type");

    /// <summary>The class that the model is an instance of.</summary>
    public string? Architecture => _root["architectures"] is JsonArray { Count: > 0 } list && list[0] is JsonValue value && value.TryGetValue(out string? name) ? name : null;

    /// <summary>Reads the config of a folder.</summary>
    public static ModelConfig Read(string? folder)
    {
        var none = new ModelConfig([]);
        if (folder is null)
        {
            return none;
        }

        var file = new FileInfo(Path.Combine(folder, FileName));
        try
        {
            if (!file.Exists || file.Length > MaximumBytes)
            {
                return none;
            }

            byte[] json = File.ReadAllBytes(file.FullName);
            JsonText.RequireUnicode(json);
            return JsonNode.Parse(json) is JsonObject root ? new ModelConfig(root) : none;
        }
        catch (Exception error) when (error is JsonException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return none;
        }
    }

    /// <summary>The config, to be changed.</summary>
    public JsonObject Copy() => _root.DeepClone().AsObject();

    private string? TextOf(string key) => _root[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
