using TaskVectors.Checkpoints.Safetensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>An adapter folder whose configuration and headers have been read and found to belong together.</summary>
internal sealed class LoraAdapter
{
    private LoraAdapter(string path, LoraConfig config, CheckpointSource weights, IReadOnlyList<TensorChange> changes)
    {
        Path = path;
        Config = config;
        Weights = weights;
        Changes = changes;
    }

    /// <summary>The full path of the folder.</summary>
    public string Path { get; }

    /// <summary>The configuration.</summary>
    public LoraConfig Config { get; }

    /// <summary>The file of the weights.</summary>
    public CheckpointSource Weights { get; }

    /// <summary>What the adapter changes: one entry a tensor, in the order of the file.</summary>
    public IReadOnlyList<TensorChange> Changes { get; }

    /// <summary>Opens a folder; reads the configuration and the header.</summary>
    /// <exception cref="TaskVectorsException">A file is missing or malformed, or they do not belong together.</exception>
    public static LoraAdapter Open(string folder)
    {
        string path = System.IO.Path.GetFullPath(folder);
        string weightsFile = System.IO.Path.Combine(path, LoraConstants.WeightsFile);
        string configFile = System.IO.Path.Combine(path, LoraConstants.ConfigFile);
        if (!InputFile.Exists(configFile))
        {
            throw new LoraException(
                LoraError.MissingConfig,
                path,
                $"the folder holds weights of an adapter and no {LoraConstants.ConfigFile}, without which their scale is unknown. "
                + "Download it.");
        }

        LoraConfig config = LoraConfigReader.Read(configFile);
        if (!InputFile.Exists(weightsFile))
        {
            throw MissingWeights(path);
        }

        CheckpointSource weights = new SafetensorsFormat().Open(weightsFile);
        return new LoraAdapter(path, config, weights, new AdapterTensors(config, weights).Changes());
    }

    private static LoraException MissingWeights(string path) =>
        InputFile.Exists(System.IO.Path.Combine(path, LoraConstants.PickledWeightsFile))
            ? new LoraException(
                LoraError.UnsupportedWeights,
                path,
                $"the weights are in {LoraConstants.PickledWeightsFile}, a Python pickle, which is not supported for adapters. Load "
                + "the adapter with PEFT and save it "
                + $"with safe_serialization=True, which writes {LoraConstants.WeightsFile}.")
            : new LoraException(LoraError.MissingWeights, path, $"the folder has no {LoraConstants.WeightsFile}. Download it.");
}
