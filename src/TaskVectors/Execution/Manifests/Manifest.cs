using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TaskVectors.Execution.Manifests;

/// <summary>What was made, from what, and how: enough to check an output and to make it again.</summary>
public sealed record Manifest
{
    /// <summary>The version of this document's format.</summary>
    public const int CurrentFormat = 1;

    private static readonly ExecutionJson Indented = new(new JsonSerializerOptions(ExecutionJson.Default.Options)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    });

    /// <summary>The version of this document's format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The version of the program that made the output.</summary>
    public required string ToolVersion { get; init; }

    /// <summary><c>checkpoint</c> or <c>task-vector</c> of an edit; else another word, such as <c>decomposition</c> or <c>training</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The edit, or what else was done; names are those of <see cref="Inputs"/>.</summary>
    public required string Expression { get; init; }

    /// <summary>The options that decide the bytes written.</summary>
    public required ManifestOptions Options { get; init; }

    /// <summary>The recipe that the edit comes from, and the values bound from it; absent where it is an expression's.</summary>
    public ManifestRecipe? Recipe { get; init; }

    /// <summary>The models and task vectors read; the first is the base.</summary>
    public required ImmutableArray<ManifestInput> Inputs { get; init; }

    /// <summary>The files written.</summary>
    public required ImmutableArray<ManifestFile> Files { get; init; }

    /// <summary>The tensors written.</summary>
    public required ImmutableArray<ManifestTensor> Tensors { get; init; }

    /// <summary>
    /// What rounding to the output dtype lost, relative to the edit: ||written - exact|| / ||exact - base||, over all tensors. 0 where nothing
    /// was lost; absent where something was lost although the edit itself is zero, as in a conversion to another dtype.
    /// </summary>
    public double? RoundingLoss { get; init; }

    /// <summary>What rounding to the output dtype lost: ||written - exact|| over all tensors.</summary>
    public required double RoundingNorm { get; init; }

    /// <summary>The length of the edit: ||exact - base|| over all tensors.</summary>
    public required double EditNorm { get; init; }

    /// <summary>How many finite values became infinite or the largest value of the output dtype.</summary>
    public required long Saturated { get; init; }

    /// <summary>How many NaN values were written.</summary>
    public required long NaNCount { get; init; }

    /// <summary>What was measured of the output, by name; absent where nothing was.</summary>
    public ImmutableSortedDictionary<string, double>? Metrics { get; init; }

    /// <summary>What a user should know.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>When the output was finished.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>How long the edit took in seconds, from its last start.</summary>
    public required double Seconds { get; init; }

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="EditException">The file is no manifest, or of a later format.</exception>
    public static Manifest Load(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            if (document.RootElement.TryGetProperty("format", out JsonElement format) && format.TryGetInt64(out long version) && version != CurrentFormat)
            {
                throw new EditException(
                    EditError.InvalidManifest, $"The manifest '{path}' has format {version}; this version reads format {CurrentFormat}. Use the program that wrote it.")
                { File = path };
            }

            Manifest manifest = document.Deserialize(ExecutionJson.Default.Manifest) ?? throw new JsonException("it is null.");
            return ManifestValidation.FindProblem(manifest) is { } problem ? throw new JsonException(problem) : manifest;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new EditException(EditError.InvalidManifest, $"'{path}' is not a readable manifest: {error.Message}", error) { File = path };
        }
    }

    internal void Save(string path) => File.WriteAllText(path, ToJson());

    internal string ToJson() => JsonSerializer.Serialize(this, Indented.Manifest) + "\n";
}
