using System.Runtime.InteropServices;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Training;

/// <summary>
/// A folder in the layout of Hugging Face that a run makes: <c>model.safetensors</c>, the configuration and tokenizer of the model it began with, and
/// in <c>training/</c> the log and the last checkpoint.
/// </summary>
internal sealed class TrainingFolder
{
    private const string ModelName = "model.safetensors";

    private static readonly string[] CopiedFiles =
    [
        "config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "chat_template.jinja", "vocab.json", "vocab.txt", "merges.txt", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model",
        "modules.json", "sentence_bert_config.json", "1_Pooling/config.json",
    ];

    private static readonly Dictionary<string, string> Metadata = new(StringComparer.Ordinal) { ["format"] = "pt" };

    private readonly string _folder;
    private readonly string _source;

    /// <summary>Makes the folder where it is not there, with all but the weights.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="source">The folder of the model to begin with, or its file.</param>
    /// <param name="resumes">Whether the folder may hold a run already.</param>
    /// <exception cref="TrainingException">The folder holds a run or a model, or is the source itself.</exception>
    /// <exception cref="StorageException">Writing failed.</exception>
    public TrainingFolder(string folder, string source, bool resumes)
    {
        _folder = Path.GetFullPath(folder);
        _source = Path.GetFullPath(Directory.Exists(source) ? source : Path.GetDirectoryName(Path.GetFullPath(source))!);
        if (string.Equals(Path.TrimEndingDirectorySeparator(_folder), Path.TrimEndingDirectorySeparator(_source), StringComparison.Ordinal))
        {
            throw new TrainingException("training.output", $"The trained model cannot replace the one it begins with, '{folder}'. Name another folder.") { File = folder };
        }

        if (!resumes && (File.Exists(ModelPath) || File.Exists(CheckpointPath)))
        {
            throw new TrainingException("training.output", $"'{folder}' holds a model or a run already. Resume it, or name another folder.") { File = folder };
        }

        Writing(() =>
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(CheckpointPath)!);
            CopyFiles();
        });
    }

    public string ModelPath => Path.Combine(_folder, ModelName);

    public string CheckpointPath => Path.Combine(_folder, "training", "checkpoint.safetensors");

    public string LogPath => Path.Combine(_folder, "training", "log.jsonl");

    public void WriteModel(Model model) => SafetensorsFile.Write(ModelPath, model.Parameters.Select(parameter => Encode(parameter.Key, parameter.Value)), Metadata);

    internal static (TensorInfo Tensor, ReadOnlyMemory<byte> Values) Encode(string name, Tensor tensor) =>
        (new TensorInfo(name, DType.F32, tensor.Shape), MemoryMarshal.AsBytes(tensor.Values).ToArray());

    private void CopyFiles()
    {
        foreach (string name in CopiedFiles)
        {
            string from = Path.Combine(_source, name);
            if (File.Exists(from))
            {
                string to = Path.Combine(_folder, name);
                _ = Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(from, to, overwrite: true);
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
