using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Training.Lora;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Training;

/// <summary>
/// A folder that a run makes: in the layout of Hugging Face <c>model.safetensors</c> with the configuration and tokenizer of the model it began with, or an
/// adapter in the layout of PEFT; and in <c>training/</c> the log and the last checkpoint.
/// </summary>
internal sealed class TrainingFolder
{
    private const string ModelName = "model.safetensors";
    private const string AdapterName = "adapter_model.safetensors";
    private const string AdapterConfigName = "adapter_config.json";
    private const string HeadPath = "training/head.safetensors";
    private const string LogName = "training/log.jsonl";

    /// <summary>Where the configuration of a run goes in its folder.</summary>
    public const string ConfigurationPath = "training/configuration.yml";

    private static readonly string[] OwnFiles = [ModelName, AdapterName, AdapterConfigName, TrainedConfig.FileName, HeadPath, LogName, ConfigurationPath];

    private static readonly string[] CopiedFiles =
    [
        "generation_config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "chat_template.jinja", "vocab.json", "vocab.txt", "merges.txt", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model",
        "modules.json", "sentence_bert_config.json", "1_Pooling/config.json",
    ];

    private static readonly Dictionary<string, string> Metadata = new(StringComparer.Ordinal) { ["format"] = "pt" };

    private readonly string _folder;
    private readonly string _source;
    private readonly string _baseName;
    private readonly bool _isAdapter;

    /// <summary>Names a folder; nothing is written.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="source">The folder of the model to begin with, or its file.</param>
    /// <param name="options">What is trained, and whether the folder may hold a run already.</param>
    /// <exception cref="TrainingException">The folder holds a run or a model, or is the source itself.</exception>
    public TrainingFolder(string folder, string source, TrainingOptions options)
    {
        _folder = Path.GetFullPath(folder);
        _source = Path.GetFullPath(Directory.Exists(source) ? source : Path.GetDirectoryName(Path.GetFullPath(source))!);
        _baseName = source;
        _isAdapter = options.Lora is not null;
        if (string.Equals(Path.TrimEndingDirectorySeparator(_folder), Path.TrimEndingDirectorySeparator(_source), StringComparison.Ordinal))
        {
            throw new TrainingException("training.output", $"The trained model cannot replace the one it begins with, '{folder}'. Name another folder.") { File = folder };
        }

        if (File.Exists(_folder))
        {
            throw new TrainingException("training.output", $"'{folder}' is a file; a run writes a folder. Name another.") { File = folder };
        }

        bool isRun = File.Exists(LogPath);
        bool isTaken = Weights.Append(CheckpointPath).Any(File.Exists);
        if (isTaken && !(isRun && (options.Resume || options.Replace)))
        {
            string advice = isRun ? "Resume it, replace it, or name another folder." : "It is not of a training run, so name another folder.";
            throw new TrainingException("training.output", $"'{folder}' holds a model or a run already. {advice}") { File = folder };
        }
    }

    public string CheckpointPath => Path.Combine(_folder, "training", "checkpoint.safetensors");

    public string BestPath => Path.Combine(_folder, "training", "best.safetensors");

    public string LogPath => Path.Combine(_folder, LogName);

    private string[] Weights => [Path.Combine(_folder, ModelName), Path.Combine(_folder, AdapterName)];

    /// <summary>The files of a finished run, but for the state that it could have gone on from; with forward slashes.</summary>
    public static IReadOnlyList<string> FilesOf(string folder) => [.. OwnFiles.Concat(CopiedFiles).Where(name => File.Exists(Path.Combine(folder, name)))];

    /// <summary>Makes the folder where it is not there, with all but the weights.</summary>
    /// <param name="keepsRun">Whether what a run has left there stays.</param>
    /// <exception cref="StorageException">Writing failed.</exception>
    public void Create(bool keepsRun) => Writing(() =>
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(CheckpointPath)!);
        File.Delete(Path.Combine(_folder, OutputTarget.ManifestFileName));
        foreach (string left in keepsRun ? [] : Weights.Concat([CheckpointPath, BestPath, Path.Combine(_folder, AdapterConfigName)]))
        {
            File.Delete(left);
        }

        if (!_isAdapter)
        {
            CopyFiles();
        }
    });

    public void WriteModel(Model model) => SafetensorsFile.Write(
        Path.Combine(_folder, ModelName), model.Parameters.Select(parameter => Encode(parameter.Key, parameter.Value)).Concat(UnusedTensors.Read(_baseName, model)), Metadata);

    /// <summary>Writes the head that stays as it is, for whoever measures the model.</summary>
    public void WriteHead(FrozenHead head) => SafetensorsFile.Write(
        Path.Combine(_folder, HeadPath),
        [Encode("classifier.weight", new TensorShape(head.Classes, head.Width), head.Weight), Encode("classifier.bias", new TensorShape(head.Classes), head.Bias)],
        head.ClassNames.Count == 0 ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [FrozenHead.ClassesKey] = NamesOf(head) });

    /// <summary>Writes adapters, and beside them copies of parameters that were trained whole.</summary>
    public void WriteAdapter(ModelAdapters adapters, IEnumerable<KeyValuePair<string, Tensor>> whole) => LoraWriter.Write(
        _folder,
        adapters.Tensors,
        _baseName,
        saved: [.. whole.Select(parameter => Encode(parameter.Key, parameter.Value)).Select(pair => new SavedTensor(pair.Tensor, pair.Values))]);

    internal static (TensorInfo Tensor, ReadOnlyMemory<byte> Values) Encode(string name, Tensor tensor) =>
        Encode(name, tensor.Shape, tensor.Values);

    private static (TensorInfo Tensor, ReadOnlyMemory<byte> Values) Encode(string name, TensorShape shape, ReadOnlySpan<float> values) =>
        (new TensorInfo(name, DType.F32, shape), MemoryMarshal.AsBytes(values).ToArray());

    private static string NamesOf(FrozenHead head)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartArray();
            foreach (string name in head.ClassNames)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private void CopyFiles()
    {
        string config = Path.Combine(_source, TrainedConfig.FileName);
        if (File.Exists(config))
        {
            File.WriteAllBytes(Path.Combine(_folder, TrainedConfig.FileName), TrainedConfig.Adjust(File.ReadAllBytes(config)));
        }

        foreach (string name in CopiedFiles)
        {
            string from = Path.Combine(_source, name);
            if (File.Exists(from))
            {
                string to = Path.Combine(_folder, name);
                _ = Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(from, to, overwrite: true);
                File.SetAttributes(to, FileAttributes.Normal);
            }
        }
    }

    private void Writing(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(_folder, $"{_folder} cannot be written: {error.Message}", error);
        }
    }
}
