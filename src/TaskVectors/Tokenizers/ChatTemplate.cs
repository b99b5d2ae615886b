using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TaskVectors.Tokenizers;

/// <summary>Reads and sets the chat template of a tokenizer: the Jinja text that makes a prompt of messages.</summary>
internal static class ChatTemplate
{
    private const string Key = "chat_template";

    /// <summary>The template, or <see langword="null"/> where the tokenizer has none. A file of its own comes before the config's entry.</summary>
    /// <exception cref="TaskVectorsException">A file cannot be read or is malformed.</exception>
    public static string? Find(TokenizerFiles files)
    {
        if (files.Read(TokenizerNames.ChatTemplate) is { } content)
        {
            return Encoding.UTF8.GetString(content.Span);
        }

        string[] names = [TokenizerNames.ChatTemplateJson, TokenizerNames.Config];
        return names.Select(name => files.Read(name) is { } json ? TokenizerJson.Read(files.PathOf(name), json, FindIn) : null).FirstOrDefault(found => found is not null);
    }

    /// <summary>The files with another template: in a file of its own and, for programs that do not read that, in the config.</summary>
    /// <exception cref="TaskVectorsException">The config cannot be read or is malformed.</exception>
    public static TokenizerFiles With(TokenizerFiles files, string template)
    {
        JsonObject config = files.Read(TokenizerNames.Config) is { } content ? TokenizerJson.ReadObject(files.PathOf(TokenizerNames.Config), content) : [];
        config[Key] = template;
        TokenizerFiles changed = files
            .With(TokenizerNames.Config, TokenizerJson.Encode(config))
            .With(TokenizerNames.ChatTemplate, Encoding.UTF8.GetBytes(template));
        return files.Has(TokenizerNames.ChatTemplateJson)
            ? changed.With(TokenizerNames.ChatTemplateJson, TokenizerJson.Encode(new JsonObject { [Key] = template }))
            : changed;
    }

    // One text, or a list of named ones.
    private static string? FindIn(JsonElement root) => TokenizerJson.Find(root, Key) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray()
            .Where(entry => entry.ValueKind == JsonValueKind.Object && TokenizerJson.Text(entry, "name") == "default")
            .Select(entry => TokenizerJson.Text(entry, "template"))
            .FirstOrDefault(),
        _ => null,
    };
}
