using TaskVectors.Checkpoints.Lora;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Outputs;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition.Parts;

/// <summary>Makes the adapter folder of a part from its working file, now that the rank of every module is known.</summary>
internal sealed class AdapterPart(DecompositionPlan plan, PartFiles files, IReadOnlyList<FinishedTensor> finished, int part)
{
    private readonly PlannedPart _part = plan.Parts[part];
    private readonly (AdapterModule Module, FactorRecord Factors)[] _modules =
    [
        .. from tensor in finished
           let factors = tensor.Factors?[part]
           where factors is not null
           select (files.Module(tensor.Name, part, factors.Rank, factors.Scale), factors),
    ];

    /// <summary>The tensors of the adapter's file.</summary>
    public IEnumerable<ManifestTensor> Tensors => _modules.SelectMany(entry => new[]
    {
        Tensor(entry.Module.TensorOfA(DType.F32), entry.Factors.HashOfA),
        Tensor(entry.Module.TensorOfB(DType.F32), entry.Factors.HashOfB),
    });

    private string WeightsPath => $"{_part.Path}/{LoraConstants.WeightsFile}";

    private string ConfigPath => $"{_part.Path}/{LoraConstants.ConfigFile}";

    /// <summary>Writes the folder, flushes it and removes the working file.</summary>
    public IReadOnlyList<ManifestFile> Write(IReadOnlyDictionary<string, string> metadata)
    {
        string folder = plan.Target.PartialFolder;
        _ = Directory.CreateDirectory(Path.Combine(folder, _part.Path));
        ManifestFile weights = WriteWeights(LoraWriter.WeightsMetadata(metadata));
        string config = Path.Combine(folder, ConfigPath);
        File.WriteAllBytes(config, LoraConfigWriter.Encode([.. _modules.Select(entry => entry.Module)], [], plan.Inputs[0].Name));
        DurableFile.FlushFolder(folder, [ConfigPath]);
        return [weights, new ManifestFile(ConfigPath, new FileInfo(config).Length, FileHash.Of(config, plan.Options.Digest))];
    }

    private ManifestFile WriteWeights(Dictionary<string, string> metadata)
    {
        IEnumerable<TensorInfo> tensors =
            _modules.SelectMany(entry => new[] { entry.Module.TensorOfA(DType.F32), entry.Module.TensorOfB(DType.F32) });
        string stem = Path.GetFileNameWithoutExtension(LoraConstants.WeightsFile);
        SafetensorsFileLayout layout = SafetensorsLayout.Plan(tensors, metadata, long.MaxValue, stem)[0];
        using (var output = new OutputFiles(Path.Combine(plan.Target.PartialFolder, _part.Path), [layout]))
        {
            foreach (PlacedTensor placed in layout.Tensors)
            {
                long offset = placed.Offset;
                files.Read(part, placed.Tensor, piece =>
                {
                    output.Write(0, offset, piece);
                    offset += piece.Length;
                });
            }

            output.Flush();
        }

        var hashes = Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Hash, StringComparer.Ordinal);
        IEnumerable<string> inOrder = layout.Tensors.Select(placed => hashes[placed.Tensor.Name]);
        return new ManifestFile(
            WeightsPath, layout.Length, ManifestBuilder.WeightFileHash(plan.Options.Digest, layout.Header.Span, inOrder));
    }

    private ManifestTensor Tensor(TensorInfo tensor, string hash) => DecompositionSealer.Tensor(tensor.Name, WeightsPath, hash);
}
