using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaskVectors.Checkpoints;

namespace TaskVectors.Tokenizers;

/// <summary>Reads and writes the JSON files of tokenizers, whose content may be anything.</summary>
internal static class TokenizerJson
{
    private const int MaximumDepth = 64;

    private static readonly JsonWriterOptions Writing = new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads what a file holds.</summary>
    /// <param name="file">The file, as messages name it.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="read">Reads from the root, which is an object.</param>
    /// <exception cref="TokenizerException">It is no JSON object, or holds what it must not.</exception>
    public static TResult Read<TResult>(string file, ReadOnlyMemory<byte> content, Func<JsonElement, TResult> read) => Read(file, content, true, read);

    private static TResult Read<TResult>(string file, ReadOnlyMemory<byte> content, bool allowsDuplicates, Func<JsonElement, TResult> read)
    {
        try
        {
            using var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = MaximumDepth, AllowDuplicateProperties = allowsDuplicates });
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw Invalid(file, "it is not a JSON object.");
        }
        catch (JsonException error)
        {
            throw Invalid(file, $"it is not valid JSON; download it again. {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            throw Invalid(file, "it holds text that is not valid Unicode.", error);
        }
    }

    /// <summary>Reads a file that is to be changed.</summary>
    /// <exception cref="TokenizerException">It is no JSON object, or holds text that is not valid Unicode.</exception>
    public static JsonObject ReadObject(string file, ReadOnlyMemory<byte> content) => Read(file, content, false, root =>
    {
        JsonText.RequireUnicode(content.Span);
        return JsonObject.Create(root.Clone())!;
    });

    /// <summary>A property of an object, or <see langword="null"/> where it is absent or null.</summary>
    public static JsonElement? Find(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The text of a property, or <see langword="null"/> where it is none.</summary>
    public static string? Text(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>Whether a property is true.</summary>
    public static bool? Truth(JsonElement element, string name) => Find(element, name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>The number of a token.</summary>
    /// <exception cref="TokenizerException">It is no number that a token can have.</exception>
    public static int Id(string file, string token, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id is >= 0 and < Vocabulary.MaximumSize
            ? id
            : throw Invalid(file, $"the number of the token {Checkpoints.QuotedName.Of(token)} must be a whole number from 0 to {Vocabulary.MaximumSize - 1}.");

    /// <summary>JSON as model hubs write it: indented by two, letters of every script as they are.</summary>
    public static byte[] Encode(JsonNode root)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Writing))
        {
            root.WriteTo(writer);
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    public static TokenizerException Invalid(string file, string message, Exception? cause = null) =>
        new(TokenizerError.InvalidFile, file, message, cause);
}
