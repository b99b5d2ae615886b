using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Statistics;
using TaskVectors.Tensors;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Statistics;

/// <summary>A small model of a reference case, made-up examples, and the statistics that are made of them.</summary>
internal sealed class StatisticsCase : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StatisticsCase(string golden)
    {
        Checkpoint = Checkpoint.Open(new GoldenCase(golden).ModelFolder);
        Context = new ComputeContext(new ComputeOptions { Threads = 2 });
        Model = ModelLoader.Load(Checkpoint, Context);
    }

    public Checkpoint Checkpoint { get; }

    public ComputeContext Context { get; }

    public Model Model { get; }

    public string this[string name] => _folder[name];

    /// <summary>Noise of 3 x 16 x 16 with labels 0 to 4.</summary>
    public static ImageExamples Pictures(int count, Func<int, int>? seedOf = null) =>
        new([.. Enumerable.Range(0, count).Select(index => (seedOf?.Invoke(index) ?? index) % 5)], 3, new ImageSize(16, 16), index => Pixels(seedOf?.Invoke(index) ?? index));

    public static float[] Pixels(int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, 3 * 16 * 16).Select(_ => (float)((4 * random.NextDouble()) - 2))];
    }

    /// <summary>Texts of 3 to 10 tokens below 99.</summary>
    public static TextExamples Texts(int count) =>
        new([.. Enumerable.Range(0, count).Select(index => (IReadOnlyList<int>)[.. Enumerable.Range(0, 3 + (index % 8)).Select(place => 1 + (((7 * index) + (13 * place)) % 98))])], [.. Enumerable.Range(0, count).Select(index => index % 3)]);

    /// <summary>Makes statistics and opens the file.</summary>
    public CheckpointSource Make(ModelEvaluator evaluator, StatisticsKind kind, StatisticsOptions? options = null, string name = "statistics.safetensors", CancellationToken cancellationToken = default)
    {
        using var statistics = ModelStatistics.Plan(Model, evaluator, kind, options ?? new StatisticsOptions { DType = DType.F64 });
        statistics.Write(new OutputTarget(_folder[name]), Checkpoint, "model", cancellationToken: cancellationToken);
        return CheckpointFormats.Open(_folder[name]);
    }

    public static double[] Values(CheckpointSource source, string tensor)
    {
        Assert.True(source.TryGetTensor(tensor, out TensorInfo? info), tensor);
        byte[] bytes = new byte[info.ByteCount];
        using ICheckpointReader reader = source.OpenReader();
        reader.Read(info, 0, bytes);
        double[] values = new double[info.ElementCount];
        TensorConverter.Decode(info.DType, bytes, values);
        return values;
    }

    /// <summary>Requires that the largest difference is a small share of the largest value, or of the least scale: a derivative that is zero but for rounding has none.</summary>
    public static void RequireClose(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance, string what, double leastScale = 0)
    {
        Assert.Equal(expected.Count, actual.Count);
        double scale = Math.Max(leastScale, expected.Max(Math.Abs));
        double difference = expected.Zip(actual, (wanted, got) => Math.Abs(wanted - got)).Max();
        Assert.True(difference <= tolerance * scale, $"{what}: off by {difference:G3} of {scale:G3}");
    }

    public void Dispose()
    {
        Model.Dispose();
        Context.Dispose();
        _folder.Dispose();
    }
}
