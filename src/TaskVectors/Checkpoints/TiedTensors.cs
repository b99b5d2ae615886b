using System.Text.Json;

namespace TaskVectors.Checkpoints;

/// <summary>
/// Finds tensors that share another's storage: by the alias entries a file's metadata holds, or by a folder's <c>config.json</c>
/// that ties the output head to the token embedding.
/// </summary>
internal static class TiedTensors
{
    private const string Head = "lm_head.weight";

    private static readonly string[] Embeddings =
    [
        "model.embed_tokens.weight", "transformer.wte.weight", "wte.weight", "shared.weight",
        "model.language_model.embed_tokens.weight", "gpt_neox.embed_in.weight",
    ];

    /// <summary>The stored name that a name stands for in this source, or <see langword="null"/> where it stands for none.</summary>
    public static string? StoredName(CheckpointSource source, string name)
    {
        if (source.TryGetTensor(name, out _))
        {
            return name;
        }

        if (source.Aliases.TryGetValue(name, out string? kept))
        {
            return kept;
        }

        return name == Head && TiesHead(source) ? Embeddings.FirstOrDefault(embedding => source.TryGetTensor(embedding, out _)) : null;
    }

    /// <summary>Whether a name that the source does not store shares the storage of one that it does.</summary>
    public static bool IsTied(CheckpointSource source, string name) => !source.TryGetTensor(name, out _) && StoredName(source, name) is not null;

    // A head that is absent from a model whose config does not say otherwise is tied: most configurations leave the default out.
    private static bool TiesHead(CheckpointSource source)
    {
        string config = Path.Combine(source.Path, "config.json");
        if (!File.Exists(config))
        {
            return false;
        }

        try
        {
            using FileStream stream = File.OpenRead(config);
            using var document = JsonDocument.Parse(stream);
            return !document.RootElement.TryGetProperty("tie_word_embeddings", out JsonElement tie) || tie.ValueKind != JsonValueKind.False;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return false;
        }
    }
}
