using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Safetensors;

/// <summary>Files that are written tensor by tensor.</summary>
public sealed class SafetensorsWriterTests : IDisposable
{
    // More than a piece, and no whole number of them.
    private static readonly TensorInfo Large = new("large", DType.BF16, new TensorShape(70_001));
    private static readonly TensorInfo Small = new("small", DType.U8, new TensorShape(3));

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_bytes_are_those_of_a_file_written_whole_whatever_the_order()
    {
        double[] values = TestModel.Numbers(1, 70_001);
        byte[] encoded = new byte[Large.ByteCount];
        _ = TensorConverter.Encode(DType.BF16, values, encoded);
        var metadata = new Dictionary<string, string> { ["a"] = "b" };
        SafetensorsFile.Write(_scratch["whole.safetensors"], [(Large, encoded), (Small, new byte[] { 1, 2, 3 })], metadata);
        using (var writer = new SafetensorsWriter(_scratch["pieces.safetensors"], [Large, Small], metadata))
        {
            writer.Write("small", new byte[] { 1, 2, 3 });
            writer.Write("large", values);
            writer.Seal();
        }

        Assert.Equal(File.ReadAllBytes(_scratch["whole.safetensors"]), File.ReadAllBytes(_scratch["pieces.safetensors"]));
    }

    [Fact]
    public void What_is_not_written_is_zero()
    {
        using (var writer = new SafetensorsWriter(_scratch["x.safetensors"], [Small, new TensorInfo("empty", DType.F32, new TensorShape(0))]))
        {
            writer.Write("empty", ReadOnlySpan<double>.Empty);
            writer.Seal();
        }

        CheckpointSource source = CheckpointFormats.Open(_scratch["x.safetensors"]);
        byte[] read = [9, 9, 9];
        using ICheckpointReader reader = source.OpenReader();
        reader.Read(Small, 0, read);
        Assert.Equal([0, 0, 0], read);
    }

    [Fact]
    public void A_file_that_is_not_sealed_leaves_the_one_before_and_nothing_else()
    {
        File.WriteAllText(_scratch["x.safetensors"], "before");
        using (var writer = new SafetensorsWriter(_scratch["x.safetensors"], [Small]))
        {
            writer.Write("small", new byte[] { 1, 2, 3 });
            Assert.Equal("before", File.ReadAllText(_scratch["x.safetensors"]));
        }

        Assert.Equal("before", File.ReadAllText(_scratch["x.safetensors"]));
        Assert.Equal([_scratch["x.safetensors"]], Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public void Tensors_that_are_not_there_or_of_another_size_are_refused()
    {
        using var writer = new SafetensorsWriter(_scratch["x.safetensors"], [Large, Small]);
        _ = Assert.Throws<ArgumentException>(() => writer.Write("other", new byte[1]));
        _ = Assert.Throws<ArgumentException>(() => writer.Write("small", new byte[1]));
        _ = Assert.Throws<ArgumentException>(() => writer.Write("large", new double[70_000]));
    }
}
