using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models;

/// <summary>
/// Makes models of checkpoints and of edits that have not been written: the architecture comes from <c>config.json</c>, the weights are
/// computed into memory once.
/// </summary>
public static class ModelLoader
{
    private const string ConfigFileName = "config.json";

    private static readonly IReadOnlyDictionary<string, Func<string, ModelConfig, WeightReader, Model>> Factories =
        new Dictionary<string, Func<string, ModelConfig, WeightReader, Model>>(StringComparer.Ordinal)
        {
            ["BertForSequenceClassification"] = (name, config, weights) => new BertModel(name, config, weights),
            ["BertModel"] = (name, config, weights) => new BertModel(name, config, weights),
            ["CLIPModel"] = (name, config, weights) => new ClipModel(name, config, weights),
            ["CLIPTextModel"] = (name, config, weights) => new ClipTextModel(name, config, weights),
            ["GPT2LMHeadModel"] = (name, config, weights) => new Gpt2Model(name, config, weights),
            ["LlamaForCausalLM"] = (name, config, weights) => new LlamaModel(name, config, weights),
            ["MistralForCausalLM"] = (name, config, weights) => new LlamaModel(name, config, weights),
            ["Qwen2ForCausalLM"] = (name, config, weights) => new LlamaModel(name, config, weights),
            ["RobertaForSequenceClassification"] = (name, config, weights) => new BertModel(name, config, weights),
            ["RobertaModel"] = (name, config, weights) => new BertModel(name, config, weights),
            ["T5ForConditionalGeneration"] = (name, config, weights) => new T5Model(name, config, weights),
            ["ViTForImageClassification"] = (name, config, weights) => new VitModel(name, config, weights),
            ["ViTModel"] = (name, config, weights) => new VitModel(name, config, weights),
        };

    /// <summary>The architectures that can be loaded, by the names of <c>config.json</c>.</summary>
    public static IReadOnlyList<string> Architectures { get; } = [.. Factories.Keys.Order(StringComparer.Ordinal), StyleTransferModel.ArchitectureName];

    /// <summary>Computes the weights of a checkpoint or an edit and makes a model of them.</summary>
    /// <param name="checkpoint">A stored checkpoint, or an edit; edits are summed in F64 and rounded once, to F32.</param>
    /// <param name="context">Where the model is to run.</param>
    /// <param name="options">Where the configuration is, and what applies to the edit.</param>
    /// <exception cref="ModelException">The architecture is unknown, or tensors are missing or have other shapes than the configuration says.</exception>
    /// <exception cref="TaskVectorsException">The edit cannot be made, or reading failed.</exception>
    public static Model Load(Checkpoint checkpoint, ComputeContext context, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(context);
        options ??= new ModelLoadOptions();
        string path = checkpoint.Base.Path;
        using CheckpointValues values = CheckpointValues.Open(
            checkpoint, options.KeepsStoredWeights ? options.Edit : options.Edit with { OutputDType = DType.F32 });
        WeightReader weights = new(context, values, checkpoint.Base.Aliases, options.KeepsStoredWeights);
        try
        {
            (string name, ModelConfig? config) = FindArchitecture(path, options, weights);
            Model model = config is null ? new StyleTransferModel(weights) : Factories[name](name, config, weights);
            IReadOnlyList<string> unexpected = weights.Finish(name, path);
            model.Complete(weights.Parameters, unexpected);
            return model;
        }
        catch
        {
            foreach (Tensor parameter in weights.Parameters.Values)
            {
                parameter.Dispose();
            }

            throw;
        }
    }

    private static (string Name, ModelConfig? Config) FindArchitecture(string path, ModelLoadOptions options, WeightReader weights)
    {
        string file = options.ConfigPath ?? Path.Combine(Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? string.Empty, ConfigFileName);
        if (!File.Exists(file))
        {
            if (options.ConfigPath is null && StyleTransferModel.Recognizes(weights))
            {
                return (StyleTransferModel.ArchitectureName, null);
            }

            throw new ModelException(
                ModelError.UnknownArchitecture, $"There is no '{file}', so the architecture of '{path}' is not known. Put the configuration there or name it.")
            {
                File = path,
            };
        }

        ModelConfig config = ModelConfig.Read(file);
        string? name = config.Texts("architectures").FirstOrDefault(Factories.ContainsKey) ?? OfType(config.Text("model_type"), weights);
        return name is not null && Factories.ContainsKey(name) ? (name, config) : throw Unknown(config, file);
    }

    /// <summary>The architecture of a configuration that names only its type.</summary>
    private static string? OfType(string? type, WeightReader weights) => type switch
    {
        "bert" => weights.Has("classifier.weight") ? "BertForSequenceClassification" : "BertModel",
        "clip" => "CLIPModel",
        "clip_text_model" => "CLIPTextModel",
        "gpt2" => "GPT2LMHeadModel",
        "llama" => "LlamaForCausalLM",
        "mistral" => "MistralForCausalLM",
        "qwen2" => "Qwen2ForCausalLM",
        "roberta" => weights.Has("classifier.dense.weight") ? "RobertaForSequenceClassification" : "RobertaModel",
        "t5" => "T5ForConditionalGeneration",
        "vit" => weights.Has("classifier.weight") ? "ViTForImageClassification" : "ViTModel",
        _ => null,
    };

    private static ModelException Unknown(ModelConfig config, string file)
    {
        string[] names = [.. config.Texts("architectures"), .. config.Text("model_type") is { } type ? [$"model_type {type}"] : Array.Empty<string>()];
        string said = names.Length == 0 ? "names no architecture" : $"names {string.Join(", ", names)}, which is not known here";
        return new ModelException(
            ModelError.UnknownArchitecture,
            $"'{file}' {said}. Known are {string.Join(", ", Architectures)}. Any other model can be merged and edited; evaluate it with an outside program.")
        {
            File = file,
        };
    }
}
