using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>Small checkpoints of matrices on disk: a base and fine-tunes of it, made of seeded numbers.</summary>
internal sealed class MatrixModel : IDisposable
{
    private static readonly (string Name, long[] Shape)[] Layers =
    [
        ("embed.weight", [40, 12]), ("layers.0.attn.weight", [24, 12]), ("layers.0.attn.bias", [24]), ("layers.0.norm.weight", [12]),
        ("layers.0.mlp.up.weight", [30, 12]), ("layers.0.mlp.down.weight", [12, 30]), ("conv.weight", [6, 3, 2, 2]), ("scale", []),
    ];

    private readonly TemporaryFolder _folder = new();

    public MatrixModel(int tasks = 2, DType dtype = DType.F32)
    {
        DType = dtype;
        Write("base", seed: 0, moved: 0);
        Enumerable.Range(0, tasks).ToList().ForEach(task => Write($"task{task}", seed: 0, moved: task + 1));
        Base = Checkpoint.Open(PathOf("base"));
        Vectors = [.. Enumerable.Range(0, tasks).Select(task => Checkpoint.Open(PathOf($"task{task}")) - Base)];
    }

    public DType DType { get; }

    public Checkpoint Base { get; }

    public IReadOnlyList<TaskVector> Vectors { get; }

    public static IEnumerable<string> Names => Layers.Select(layer => layer.Name);

    public string PathOf(string name) => _folder[name + ".safetensors"];

    public string this[string name] => _folder[name];

    /// <summary>Writes a model; without some layers, or with the first value of the embedding replaced.</summary>
    public void Write(string name, int seed, int moved, Func<string, bool>? keep = null, double? first = null) => SafetensorsFile.Write(
        PathOf(name),
        Layers.Where(layer => keep?.Invoke(layer.Name) ?? true).Select(layer =>
        {
            var shape = new TensorShape(layer.Shape);
            int count = (int)shape.ElementCount;
            int layerSeed = seed + (100 * Array.IndexOf(Layers, layer));
            double[] values = TestModel.Numbers(layerSeed, count);
            double[] change = moved == 0 ? new double[count] : TestModel.Numbers(layerSeed + (7919 * moved), count, 0.05);
            double[] sum = [.. values.Zip(change, (left, right) => left + right)];
            sum[0] = layer.Name == "embed.weight" ? first ?? sum[0] : sum[0];
            return (new TensorInfo(layer.Name, DType, shape), TestModel.Encode(DType, sum));
        }));

    public void Dispose() => _folder.Dispose();
}
