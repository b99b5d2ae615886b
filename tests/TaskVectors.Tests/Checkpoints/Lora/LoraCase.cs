using System.Text.Json;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Lora;

/// <summary>A case of Golden/lora/manifest.json.</summary>
public sealed record LoraCase(string Name, string Base, string Adapter, string Expect, IReadOnlyList<string> Adapters, IReadOnlyList<double> Weights, IReadOnlySet<string> Changed)
{
    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "Golden", "lora");

    public static IReadOnlyDictionary<string, LoraCase> All { get; } = Read();

    public string AdapterFolder => Path.Combine(Root, Adapter);

    public string BaseFolder => Path.Combine(Root, $"base-{Base}");

    public CheckpointSource OpenBase() => CheckpointFormats.Open(BaseFolder);

    public CheckpointSource OpenMerged(string precision) =>
        new SafetensorsFormat().Open(Path.Combine(Root, Name, $"merged.{precision}.safetensors"));

    /// <summary>Copies the files of a folder to a new one.</summary>
    public static string Copy(string folder, string target)
    {
        _ = Directory.CreateDirectory(target);
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        return target;
    }

    public static double[] Values(CheckpointSource source, string name)
    {
        Assert.True(source.TryGetTensor(name, out TensorInfo? tensor), name);
        using ICheckpointReader reader = source.OpenReader();
        byte[] bytes = new byte[tensor.ByteCount];
        reader.Read(tensor, 0, bytes);
        double[] values = new double[tensor.ElementCount];
        TensorConverter.Decode(tensor.DType, bytes, values);
        return values;
    }

    public static double Distance(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        Assert.Equal(left.Length, right.Length);
        double distance = 0;
        for (int i = 0; i < left.Length; i++)
        {
            distance = Math.Max(distance, Math.Abs(left[i] - right[i]));
        }

        return distance;
    }

    private static Dictionary<string, LoraCase> Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "manifest.json")));
        return document.RootElement.GetProperty("cases").EnumerateArray().Select(Parse).ToDictionary(golden => golden.Name);
    }

    private static LoraCase Parse(JsonElement element) => new(
        element.GetProperty("case").GetString()!,
        element.GetProperty("base").GetString()!,
        element.TryGetProperty("adapter", out JsonElement adapter) ? adapter.GetString()! : string.Empty,
        element.GetProperty("expect").GetString()!,
        element.TryGetProperty("adapters", out JsonElement adapters) ? [.. adapters.EnumerateArray().Select(name => name.GetString()!)] : [],
        element.TryGetProperty("weights", out JsonElement weights) ? [.. weights.EnumerateArray().Select(weight => weight.GetDouble())] : [],
        element.TryGetProperty("changed", out JsonElement changed) ? changed.EnumerateArray().Select(name => name.GetString()!).ToHashSet() : new HashSet<string>());
}
