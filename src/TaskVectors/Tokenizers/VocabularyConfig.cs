using System.Text.Json.Nodes;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Outputs;

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

    private const int MaximumBytes = 1 << 20;

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

        SetIds(root, file.RelativePath);
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
    private void SetIds(JsonObject root, string name)
    {
        JsonObject? same = Donor(name);
        JsonObject? config = name == Config ? same : Donor(Config);
        IEnumerable<string> given = same?.Select(entry => entry.Key) ?? [];
        foreach (string key in root.Select(entry => entry.Key).Union(given).Where(IsId).ToArray())
        {
            root[key] = (same?[key] ?? config?[key])?.DeepClone() ?? Translate(root[key]);
        }
    }

    private JsonObject? Donor(string name) => folder is null ? null : Read(Path.Combine(folder, name));

    private static bool IsId(string key) => Array.Exists(IdEndings, ending => key.EndsWith(ending, StringComparison.Ordinal));

    private JsonNode? Translate(JsonNode? value) => value switch
    {
        JsonArray list => new JsonArray([.. list.Select(Translate).Where(id => id is not null)]),
        JsonValue number when number.TryGetValue(out int id) => from.TokenOf(id) is not { } token ? id < rows ? id : null
            : to.TryGetId(token, out int translated) ? translated
            : null,
        _ => value?.DeepClone(),
    };

    private static JsonObject? Read(CompanionFile file) => file.Content is { } content ? Parse(file.Source, content) : Read(file.Source);

    private static JsonObject? Read(string path)
    {
        if (!InputFile.Exists(path))
        {
            return null;
        }

        using var file = InputFile.Open(path);
        if (file.Length > MaximumBytes)
        {
            return null;
        }

        byte[] bytes = new byte[file.Length];
        int read = file.Read(0, bytes);
        return Parse(path, bytes.AsMemory(0, read));
    }

    private static JsonObject? Parse(string path, ReadOnlyMemory<byte> content)
    {
        try
        {
            return TokenizerJson.ReadObject(path, content);
        }
        catch (TokenizerException)
        {
            return null;
        }
    }
}
