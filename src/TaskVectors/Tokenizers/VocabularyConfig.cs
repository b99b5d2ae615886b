using System.Text.Json;
using System.Text.Json.Nodes;
using TaskVectors.Checkpoints;
using TaskVectors.Execution;

namespace TaskVectors.Tokenizers;

/// <summary>Brings <c>config.json</c> and <c>generation_config.json</c> into line with another vocabulary: its size, and the numbers of its special tokens.</summary>
/// <param name="rows">The number of rows of the embeddings.</param>
/// <param name="from">The vocabulary that the numbers in the files are of.</param>
/// <param name="to">The vocabulary of the result.</param>
/// <param name="folder">The folder of the model whose vocabulary it is, where that is another one than the files'.</param>
internal sealed class VocabularyConfig(int rows, Vocabulary from, Vocabulary to, string? folder)
{
    private const string Config = "config.json";

    private const string Generation = "generation_config.json";

    private const string SizeKey = "vocab_size";

    private static readonly string[] IdEndings = ["_token_id", "_token_index"];

    private static readonly string[] Inner = ["text_config", "llm_config", "language_config", "decoder"];

    /// <summary>The vocabulary that the numbers in the files are of.</summary>
    public Vocabulary From => from;

    /// <summary>The folder of the model whose vocabulary it is, where that is another one than the files'.</summary>
    public string? Folder => folder;

    /// <summary>The file as it should be: the same where nothing changes or what it holds is no JSON object.</summary>
    public CompanionFile Adjust(CompanionFile file)
    {
        if (file.RelativePath is not (Config or Generation) || Read(file) is not { } root)
        {
            return file;
        }

        JsonNode before = root.DeepClone();
        if (file.RelativePath == Config)
        {
            SetSize(root);
        }

        SetIds(root, Donors(file.RelativePath));
        if (JsonNode.DeepEquals(before, root))
        {
            return file;
        }

        byte[] content = TokenizerJson.Encode(root);
        return file with { Content = content, Length = content.Length };
    }

    private void SetSize(JsonObject root)
    {
        JsonObject holder = root.ContainsKey(SizeKey) ? root
            : Inner.Select(key => root[key]).OfType<JsonObject>().FirstOrDefault(inner => inner.ContainsKey(SizeKey)) ?? root;
        holder[SizeKey] = rows;
    }

    // The model whose vocabulary it is knows the numbers; what it does not say is found by the token's text.
    private void SetIds(JsonObject root, IReadOnlyList<JsonObject> donors)
    {
        IEnumerable<string> given = donors.Take(1).SelectMany(donor => donor.Select(entry => entry.Key)).Where(IsId);
        foreach (string key in root.Select(entry => entry.Key).Where(IsId).Union(given).ToArray())
        {
            JsonNode? known = donors.Select(donor => donor[key]).FirstOrDefault(value => value is not null);
            root[key] = known?.DeepClone() ?? Translate(root[key]);
        }
    }

    private static bool IsId(string key) => Array.Exists(IdEndings, ending => key.EndsWith(ending, StringComparison.Ordinal));

    private JsonNode? Translate(JsonNode? value) => value switch
    {
        JsonArray list => new JsonArray([.. list.Select(Translate).Where(id => id is not null)]),
        JsonValue number when number.TryGetValue(out int id) => from.TokenOf(id) is not { } token ? id < rows ? id : null
            : to.TryGetId(token, out int translated) ? translated
            : null,
        _ => value?.DeepClone(),
    };

    private List<JsonObject> Donors(string name)
    {
        string[] names = name == Config ? [Config] : [name, Config];
        return folder is null ? [] : [.. names.Select(file => Read(Path.Combine(folder, file))).OfType<JsonObject>()];
    }

    private static JsonObject? Read(CompanionFile file) => file.Content is { } content ? Parse(content) : Read(file.Source);

    private static JsonObject? Read(string path)
    {
        if (!InputFile.Exists(path))
        {
            return null;
        }

        using var file = InputFile.Open(path);
        if (file.Length > 1 << 20)
        {
            return null;
        }

        byte[] bytes = new byte[file.Length];
        int read = file.Read(0, bytes);
        return Parse(bytes.AsMemory(0, read));
    }

    private static JsonObject? Parse(ReadOnlyMemory<byte> content)
    {
        try
        {
            return JsonNode.Parse(content.Span, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
