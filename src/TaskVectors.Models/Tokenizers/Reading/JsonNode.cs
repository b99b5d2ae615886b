using System.Text.Json;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>A value of a JSON document that knows where it is, so that errors can say so.</summary>
internal readonly struct JsonNode(JsonElement element, string file, string path)
{
    /// <summary>Where in the document the value is, such as <c>model.vocab</c>.</summary>
    public string Path => path;

    public bool IsNull => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public bool IsString => element.ValueKind == JsonValueKind.String;

    public bool IsArray => element.ValueKind == JsonValueKind.Array;

    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    /// <summary>A member, or null if there is none.</summary>
    public JsonNode this[string name]
    {
        get
        {
            Check(JsonValueKind.Object, "an object");
            string inner = path.Length == 0 ? name : $"{path}.{name}";
            return element.TryGetProperty(name, out JsonElement member) ? new JsonNode(member, file, inner) : new JsonNode(default, file, inner);
        }
    }

    public string Text()
    {
        try
        {
            return IsString ? element.GetString()! : throw Wrong("must be a string");
        }
        catch (InvalidOperationException)
        {
            throw Wrong("is not valid Unicode");
        }
    }

    public string? OptionalText() => IsNull ? null : Text();

    public int Integer() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) ? value : throw Wrong("must be an integer");

    public int? OptionalInteger() => IsNull ? null : Integer();

    public double Number() => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value)
        ? value
        : throw Wrong("must be a finite number");

    public bool Flag(bool fallback) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => fallback,
        _ => throw Wrong("must be true or false"),
    };

    public IEnumerable<JsonNode> Items()
    {
        Check(JsonValueKind.Array, "an array");
        return Enumerate(element, file, path);
    }

    public IEnumerable<(string Name, JsonNode Value)> Members()
    {
        Check(JsonValueKind.Object, "an object");
        return EnumerateMembers(element, file, path);
    }

    public int Count()
    {
        Check(JsonValueKind.Array, "an array");
        return element.GetArrayLength();
    }

    /// <summary>An error about this value.</summary>
    public TokenizerException Wrong(string what) => new("tokenizer.malformed", $"{file}: '{(path.Length == 0 ? "the document" : path)}' {what}.") { File = file };

    private static IEnumerable<JsonNode> Enumerate(JsonElement array, string file, string path)
    {
        int index = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            yield return new JsonNode(item, file, $"{path}[{index++}]");
        }
    }

    private static IEnumerable<(string Name, JsonNode Value)> EnumerateMembers(JsonElement value, string file, string path)
    {
        foreach (JsonProperty member in value.EnumerateObject())
        {
            string name = NameOf(member, file, path);
            yield return (name, new JsonNode(member.Value, file, $"{path}.{name}"));
        }
    }

    private static string NameOf(JsonProperty member, string file, string path)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new JsonNode(default, file, path).Wrong("has a key that is not valid Unicode");
        }
    }

    private void Check(JsonValueKind kind, string what)
    {
        if (element.ValueKind != kind)
        {
            throw Wrong($"must be {what}");
        }
    }
}
