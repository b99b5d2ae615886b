using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Algebra;

/// <summary>A source without weights, for tests of the algebra alone.</summary>
internal sealed class FakeSource(string path, params string[] tensors) : CheckpointSource(
    path,
    [.. tensors.Select(name => new TensorInfo(name, DType.F32, new TensorShape(1)))],
    new Dictionary<string, string>(),
    new Dictionary<string, string>(),
    [])
{
    public override string Format => "fake";

    public override ICheckpointReader OpenReader() => throw new InvalidOperationException("The algebra reads no weights.");
}
