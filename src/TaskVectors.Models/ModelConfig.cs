using System.Text.Json;
using TaskVectors.Checkpoints;

namespace TaskVectors.Models;

/// <summary>The values of a <c>config.json</c>. A value of null counts as missing.</summary>
internal sealed class ModelConfig
{
    /// <summary>More than any published configuration by a factor of ten.</summary>
    private const long LargestFile = 16 << 20;

    private readonly JsonElement _root;
    private readonly string _file;
    private readonly string _section;

    private ModelConfig(JsonElement root, string file, string section)
    {
        _root = root;
        _file = file;
        _section = section;
    }

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="ModelException">The file is not a JSON object.</exception>
    public static ModelConfig Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length > LargestFile)
            {
                throw new ModelException(ModelError.InvalidConfig, $"'{file}' is larger than {LargestFile >> 20} MiB; a configuration is not.") { File = file };
            }

            byte[] json = File.ReadAllBytes(file);
            JsonText.RequireUnicode(json);
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ModelConfig(document.RootElement.Clone(), file, string.Empty)
                : throw new ModelException(ModelError.InvalidConfig, $"'{file}' does not hold a JSON object.") { File = file };
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelError.InvalidConfig, $"'{file}' cannot be read as JSON: {error.Message}") { File = file };
        }
    }

    public bool Has(string key) => Find(key) is not null;

    public string? Text(string key) => Find(key) is { } value ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, "text") : null;

    public IReadOnlyList<string> Texts(string key) => Find(key) is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
        : [];

    /// <summary>Whole numbers: one, or a list of some; none where the key is missing.</summary>
    public IReadOnlyList<int> Integers(string key) => Find(key) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int number) ? number : throw Wrong(key, "a whole number or a list of some"))],
        _ => [Integer(key)],
    };

    /// <summary>A whole number from 1 to 2^31 - 1.</summary>
    public int Size(string key, int? otherwise = null)
    {
        int value = Integer(key, otherwise);
        return value > 0 ? value : throw Wrong(key, "a number of at least 1");
    }

    public int Integer(string key, int? otherwise = null) => Find(key) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Wrong(key, "a whole number")
        : otherwise ?? throw Missing(key);

    public double Number(string key, double? otherwise = null) => Find(key) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? number : throw Wrong(key, "a number")
        : otherwise ?? throw Missing(key);

    public bool Flag(string key, bool otherwise) => Find(key) is { } value
        ? value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, "true or false")
        : otherwise;

    public ModelConfig? Section(string key) => Find(key) is { } value
        ? value.ValueKind == JsonValueKind.Object ? new ModelConfig(value, _file, $"{_section}{key}.") : throw Wrong(key, "an object")
        : null;

    /// <summary>The number of entries of an object or list; 0 where it is missing.</summary>
    public int Count(string key) => Find(key) is { } value
        ? value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Count(),
            JsonValueKind.Array => value.GetArrayLength(),
            _ => throw Wrong(key, "an object or a list"),
        }
        : 0;

    public ModelException Error(string message) => new(ModelError.InvalidConfig, $"{message} ('{_file}')") { File = _file };

    private JsonElement? Find(string key) =>
        _root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private ModelException Missing(string key) => Error($"The configuration says nothing of '{_section}{key}', which this architecture needs.");

    private ModelException Wrong(string key, string wanted) => Error($"The configuration's '{_section}{key}' must be {wanted}.");
}
