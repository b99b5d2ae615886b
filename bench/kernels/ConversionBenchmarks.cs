using BenchmarkDotNet.Attributes;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Kernels;

/// <summary>The kernels of an edit on one block that lies in the first-level cache.</summary>
public class ConversionBenchmarks
{
    private const int Elements = 2048;

    private readonly double[] _sum = new double[Elements];
    private readonly double[] _reference = new double[Elements];
    private byte[] _encoded = [];

    [Params(DType.BF16, DType.F16, DType.F32, DType.F8_E4M3)]
    public DType Type { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int index = 0; index < Elements; index++)
        {
            _sum[index] = random.NextDouble() - 0.5;
            _reference[index] = random.NextDouble() - 0.5;
        }

        _encoded = new byte[Elements * Type.BitSize() / 8];
        _ = TensorConverter.Encode(Type, _sum, _encoded);
    }

    [Benchmark(OperationsPerInvoke = Elements)]
    public void Decode() => TensorConverter.Decode(Type, _encoded, _reference);

    [Benchmark(OperationsPerInvoke = Elements)]
    public void MultiplyAdd() => TensorConverter.MultiplyAdd(Type, _encoded, 1e-9, _sum);

    [Benchmark(OperationsPerInvoke = Elements)]
    public EncodeCounts Encode() => TensorConverter.Encode(Type, _sum, _encoded);

    [Benchmark(OperationsPerInvoke = Elements)]
    public EncodeCounts EncodeStochastic() => TensorConverter.EncodeStochastic(Type, _sum, _encoded, PhiloxKey.Create(1, "output", "w"), 0);

    [Benchmark(OperationsPerInvoke = Elements)]
    public EditStatistics Measure() => TensorStatistics.Measure(Type, _encoded, _sum, _reference);

    [Benchmark(OperationsPerInvoke = Elements)]
    public long CountNaN() => TensorStatistics.CountNaN(Type, _encoded);
}
