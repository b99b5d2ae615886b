using System.Text.Json;
using TaskVectors.Models.Autograd;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests;

/// <summary>A reference case: what it describes and the numbers it holds.</summary>
internal sealed class GoldenCase
{
    private readonly JsonElement _description;

    public GoldenCase(string name)
    {
        Name = name;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(GoldenPath.Of("models", name, "case.json")));
        _description = document.RootElement.Clone();
        Tensors = new GoldenTensors(GoldenPath.Of("models", name, "io.safetensors"));
    }

    public string Name { get; }

    public GoldenTensors Tensors { get; }

    public JsonElement this[string key] => _description.GetProperty(key);

    /// <summary>The folder of the model, which may be that of another case.</summary>
    public string ModelFolder => GoldenPath.Of("models", _description.TryGetProperty("model", out JsonElement model) ? model.GetString()! : Name);

    /// <summary>The names of all cases that have a model and runs.</summary>
    public static IEnumerable<string> Models() => Directory.EnumerateDirectories(GoldenPath.Of("models"))
        .Where(folder => File.Exists(Path.Combine(folder, "model.safetensors")))
        .Select(folder => Path.GetFileName(folder))
        .Order(StringComparer.Ordinal);

    public double Tolerance(string what) => this["tolerance"].GetProperty("float32").GetProperty(what).GetDouble();

    public ModelInputs Inputs(ComputeContext context, string prefix) => new()
    {
        InputIds = Indices(prefix, "input_ids"),
        AttentionMask = Indices(prefix, "attention_mask"),
        PositionIds = Indices(prefix, "position_ids"),
        TokenTypeIds = Indices(prefix, "token_type_ids"),
        DecoderInputIds = Indices(prefix, "decoder_input_ids"),
        PixelValues = Tensors.Has($"{prefix}in/pixel_values") ? Tensors.Tensor(context, $"{prefix}in/pixel_values") : null,
        Labels = Indices(prefix, "labels"),
        WantsHiddenStates = true,
    };

    private IndexTensor? Indices(string prefix, string name) => Tensors.Has($"{prefix}in/{name}") ? Tensors.Indices($"{prefix}in/{name}") : null;
}
