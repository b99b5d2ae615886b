using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging.Statistics;

/// <summary>A folder with small models and statistics of them.</summary>
internal sealed class StatisticsSandbox : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes a model.</summary>
    public Checkpoint Model(string name, params (string Name, long[] Shape, double[] Values)[] tensors) => Model(name, null, tensors);

    /// <summary>Writes a model with metadata.</summary>
    public Checkpoint Model(string name, IReadOnlyDictionary<string, string>? metadata, params (string Name, long[] Shape, double[] Values)[] tensors) => Write(name, DType.F32, tensors, metadata);

    /// <summary>Writes statistics of a model.</summary>
    public Checkpoint Statistics(
        string name, StatisticsKind kind, Checkpoint model, (string Name, long[] Shape, double[] Values)[] tensors, string inputRows = "", string? fingerprint = null, DType dtype = DType.F64) =>
        Write(name, dtype, tensors, new Dictionary<string, string>
        {
            [TaskVectorMetadata.KindKey] = StatisticsMetadata.StatisticsValue,
            [StatisticsMetadata.StatisticsKey] = OptionNames.Of(kind),
            [StatisticsMetadata.ModelFingerprintKey] = fingerprint ?? ModelFingerprint.Of(model),
            [StatisticsMetadata.ModelNameKey] = "somebody",
            [StatisticsMetadata.InputRowsKey] = inputRows,
        });

    /// <summary>Saves a model and opens it.</summary>
    public async Task<Checkpoint> Save(Checkpoint edited, string name = "out.safetensors", EditOptions? options = null)
    {
        _ = await edited.SaveAsync(_folder[name], options ?? EditOptions.Default with { OutputDType = DType.F64 });
        return Checkpoint.Open(_folder[name]);
    }

    private Checkpoint Write(string name, DType dtype, (string Name, long[] Shape, double[] Values)[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        string path = _folder[name + ".safetensors"];
        SafetensorsFile.Write(path, tensors.Select(tensor => (new TensorInfo(tensor.Name, dtype, new TensorShape(tensor.Shape)), TestModel.Encode(dtype, tensor.Values))), metadata);
        return Checkpoint.Open(path);
    }
}
