using System.Text.Json.Nodes;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Lora;

/// <summary>Writes small adapters and bases with chosen tensors, whose values are random and reproducible.</summary>
internal sealed class SyntheticAdapter
{
    private readonly Random _random = new(17);
    private readonly List<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> _tensors = [];
    private readonly Dictionary<string, double[]> _values = [];

    public JsonObject Config { get; } = new()
    {
        ["peft_type"] = "LORA",
        ["r"] = 2,
        ["lora_alpha"] = 6,
        ["target_modules"] = null,
    };

    public double[] this[string name] => _values[name];

    public SyntheticAdapter With(string field, JsonNode? value)
    {
        Config[field] = value;
        return this;
    }

    public SyntheticAdapter Add(string name, params long[] shape) => Add(name, DType.F32, shape);

    public SyntheticAdapter Add(string name, DType dtype, params long[] shape)
    {
        var info = new TensorInfo(name, dtype, new TensorShape(shape));
        return Add(info, [.. Enumerable.Range(0, (int)info.ElementCount).Select(_ => (double)(float)(_random.NextDouble() - 0.5))]);
    }

    public SyntheticAdapter Add(TensorInfo tensor, double[] values)
    {
        byte[] bytes = new byte[tensor.ByteCount];
        _ = TensorConverter.Encode(tensor.DType, values, bytes);
        TensorConverter.Decode(tensor.DType, bytes, values);
        _tensors.Add((tensor, bytes));
        _values[tensor.Name] = values;
        return this;
    }

    /// <summary>Adds a pair of factors of rank 2 for a module.</summary>
    public SyntheticAdapter AddFactors(string module, long outputs, long inputs) => this
        .Add($"base_model.model.{module}.lora_A.weight", 2, inputs)
        .Add($"base_model.model.{module}.lora_B.weight", outputs, 2);

    public LoraSource Open(TemporaryFolder folder) => (LoraSource)CheckpointFormats.Open(Save(folder));

    public string Save(TemporaryFolder folder, string name = "adapter")
    {
        string path = Directory.CreateDirectory(folder[name]).FullName;
        File.WriteAllText(Path.Combine(path, "adapter_config.json"), Config.ToJsonString());
        SafetensorsFile.Write(Path.Combine(path, "adapter_model.safetensors"), _tensors);
        return path;
    }

    /// <summary>Saves the tensors as a plain checkpoint.</summary>
    public CheckpointSource SaveCheckpoint(TemporaryFolder folder, string name = "base", string? config = null)
    {
        string path = Directory.CreateDirectory(folder[name]).FullName;
        SafetensorsFile.Write(Path.Combine(path, "model.safetensors"), _tensors);
        if (config is not null)
        {
            File.WriteAllText(Path.Combine(path, "config.json"), config);
        }

        return CheckpointFormats.Open(path);
    }

    /// <summary>B A by the definition, in row-major order.</summary>
    public double[] Product(string module, int outputs, int inputs, int rank = 2)
    {
        double[] a = _values[$"base_model.model.{module}.lora_A.weight"];
        double[] b = _values[$"base_model.model.{module}.lora_B.weight"];
        double[] product = new double[outputs * inputs];
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                product[o * inputs + i] = Enumerable.Range(0, rank).Sum(k => b[o * rank + k] * a[k * inputs + i]);
            }
        }

        return product;
    }

    public static double[] Transpose(double[] matrix, int rows, int columns) =>
        [.. Enumerable.Range(0, matrix.Length).Select(i => matrix[i % rows * columns + i / rows])];
}
