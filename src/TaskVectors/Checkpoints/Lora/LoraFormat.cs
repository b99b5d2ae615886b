using TaskVectors.Checkpoints.Safetensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>LoRA adapters as PEFT saves them: a folder of <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
/// <remarks>
/// <para>
/// An adapter opens to a task vector, a <see cref="LoraSource"/>: the change of a weight is s B A with s = alpha / r, or alpha / sqrt(r)
/// with
/// <c>use_rslora</c>, and r and alpha by <c>rank_pattern</c> and <c>alpha_pattern</c>. Embeddings, convolutions, <c>fan_in_fan_out</c>,
/// full copies (<c>modules_to_save</c>, <c>bias</c>), <c>lora_bias</c> and DoRA are read; other kinds of adapter and other layouts are
/// refused by name.
/// </para>
/// <para>The folder, its configuration or its weights may be named. A folder that holds a model as well is ambiguous.</para>
/// </remarks>
public sealed class LoraFormat : ICheckpointFormat
{
    private static readonly string[] AdapterFiles =
        [LoraConstants.ConfigFile, LoraConstants.WeightsFile, LoraConstants.PickledWeightsFile, LoraConstants.DiffusersWeightsFile];

    /// <inheritdoc/>
    public string Name => LoraConstants.FormatName;

    /// <inheritdoc/>
    /// <remarks>Of a safetensors file the first 64 KiB are looked at.</remarks>
    public bool Recognises(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
        {
            return AdapterFiles.Any(file => Has(path, file)) && (HasWeights(path) || !HoldsModel(path));
        }

        return Path.GetFileName(path) == LoraConstants.ConfigFile
            || (path.EndsWith(SafetensorsConstants.Extension, StringComparison.OrdinalIgnoreCase) && LoraLayout.Find(path) is not null);
    }

    /// <summary>Opens an adapter; reads the configuration and the header, and holds nothing open.</summary>
    /// <param name="path">The folder, or its configuration or weights.</param>
    /// <exception cref="LoraException">The adapter is malformed or unsupported.</exception>
    /// <exception cref="SafetensorsException">The file of the weights is malformed.</exception>
    /// <exception cref="StorageException">A file cannot be read.</exception>
    public CheckpointSource Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!Directory.Exists(path))
        {
            return OpenFile(path);
        }

        if (!Has(path, LoraConstants.ConfigFile) && Has(path, LoraConstants.DiffusersWeightsFile))
        {
            return OpenFile(Path.Combine(path, LoraConstants.DiffusersWeightsFile));
        }

        return HoldsModel(path)
            ? throw new LoraException(
                LoraError.AmbiguousFolder,
                path,
                $"the folder holds a model and an adapter; name one of the files, such as {LoraConstants.WeightsFile}.")
            : new LoraSource(LoraAdapter.Open(path));
    }

    private static CheckpointSource OpenFile(string path)
    {
        string name = Path.GetFileName(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        bool isAdapter = name == LoraConstants.ConfigFile || name == LoraConstants.WeightsFile;
        return isAdapter
            ? new LoraSource(LoraAdapter.Open(folder))
            : throw new LoraException(
                LoraError.UnsupportedLayout,
                path,
                $"the file holds {LoraLayout.Find(path)?.Description ?? "LoRA weights in an unknown layout"}, which is not supported yet. "
                + $"Supported are PEFT adapter folders ({LoraConstants.ConfigFile} and {LoraConstants.WeightsFile}).");
    }

    private static bool Has(string folder, string file) => InputFile.Exists(Path.Combine(folder, file));

    private static bool HasWeights(string folder) => Has(folder, LoraConstants.WeightsFile) || Has(folder, LoraConstants.PickledWeightsFile);

    private static bool HoldsModel(string folder)
    {
        string stem = Path.Combine(folder, SafetensorsConstants.DefaultStem);
        return InputFile.Exists(stem + SafetensorsConstants.Extension) || InputFile.Exists(stem + SafetensorsConstants.IndexExtension);
    }
}
