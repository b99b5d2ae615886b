using System.Text.Encodings.Web;
using System.Text.Json;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Reports;

/// <summary>
/// What task vectors share, layer by layer: the content of <c>report.json</c>. Lists by task are in the order of <see cref="Tasks"/>.
/// </summary>
public sealed record DecompositionReport
{
    /// <summary>The name of the report's file in the output folder.</summary>
    public const string FileName = "report.json";

    private static readonly DecompositionJson Indented = new(new JsonSerializerOptions(DecompositionJson.Default.Options)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    });

    /// <summary>The version of the program.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>The name of the base.</summary>
    public required string Base { get; init; }

    /// <summary>The names of the tasks.</summary>
    public required IReadOnlyList<string> Tasks { get; init; }

    /// <summary>The rank rule.</summary>
    public required string Rank { get; init; }

    /// <summary>Of how many tasks a direction must be part.</summary>
    public required string Sharing { get; init; }

    /// <summary>Which spaces are compared.</summary>
    public required string Sides { get; init; }

    /// <summary>Which dimension of a weight was taken for that of the outputs.</summary>
    public string OutputAxis { get; init; } = OptionNames.Of(Decomposition.OutputAxis.First);

    /// <summary>What became of tensors that were not decomposed.</summary>
    public required string Vectors { get; init; }

    /// <summary>Whether directions had to beat chance.</summary>
    public required bool NullTest { get; init; }

    /// <summary>The seed of the null test.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How singular vectors were found.</summary>
    public string Precision { get; init; } = OptionNames.Of(SpectralPrecision.Fast);

    /// <summary>The linear algebra that was used.</summary>
    public required string LinearAlgebra { get; init; }

    /// <summary>The matrices that were decomposed, in the storage order of the base.</summary>
    public required IReadOnlyList<TensorDecomposition> Tensors { get; init; }

    /// <summary>sum ||shared_i||^2 / sum ||W_i||^2 over the decomposed matrices, of each task.</summary>
    public required IReadOnlyList<double> SharedFraction { get; init; }

    /// <summary>
    /// ||unique_i - cut||_F / ||unique_i||_F of each task over the decomposed matrices, where unique parts are cut to a rank; else absent.
    /// </summary>
    public IReadOnlyList<double>? UniqueError { get; init; }

    /// <summary>||W_i||_F over the decomposed matrices.</summary>
    public required IReadOnlyList<double> Norms { get; init; }

    /// <summary>The cosine between each pair of task vectors over the decomposed matrices.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Cosines { get; init; }

    /// <summary>The result in a sentence or two.</summary>
    public required string Summary { get; init; }

    /// <summary>What a user should know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What a user may want to know of the form of the parts.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The files of the parts in the output folder; folders where they are adapters.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The report as a JSON document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Indented.DecompositionReport) + "\n";

    /// <summary>Reads a report.</summary>
    /// <exception cref="JsonException">The text is no report.</exception>
    public static DecompositionReport FromJson(string text) =>
        JsonSerializer.Deserialize(text, DecompositionJson.Default.DecompositionReport) ?? throw new JsonException("The report is null.");
}
