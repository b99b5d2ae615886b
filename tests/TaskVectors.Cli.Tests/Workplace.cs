using System.Runtime.InteropServices;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Tests;

/// <summary>A folder of tiny checkpoints.</summary>
public sealed class Workplace : IDisposable
{
    private static readonly string[] TensorNames = ["layers.0.mlp.weight", "layers.1.mlp.weight", "embed.weight"];

    public Workplace()
    {
        Folder = Directory.CreateTempSubdirectory("taskvec-tests-").FullName;
        Base = AddModel("base", 0);
        Math = AddModel("math", 1);
        Code = AddModel("code", 2);
    }

    public string Folder { get; }

    public string Base { get; }

    public string Math { get; }

    public string Code { get; }

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Adds a model of three F32 matrices with a configuration beside it; values depend on the seed.</summary>
    public string AddModel(string name, int seed, int columns = 8)
    {
        string folder = PathOf(name);
        _ = Directory.CreateDirectory(folder);
        var random = new Random(seed);
        var shape = new TensorShape(4, columns);
        AddFile(Path.Combine(name, "model.safetensors"), [.. TensorNames.Select(tensor => (tensor, Values(random, 4 * columns), shape))]);
        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        return folder;
    }

    public string AddFile(
        string name, (string Name, float[] Values, TensorShape Shape)[] tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        string path = PathOf(name);
        SafetensorsFile.Write(
            path,
            tensors.Select(tensor => (new TensorInfo(tensor.Name, DType.F32, tensor.Shape), Bytes(tensor.Values))),
            metadata);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static ReadOnlyMemory<byte> Bytes(float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static float[] Values(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
}
