using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Every_dtype_survives_a_round_trip()
    {
        var random = new Random(1);
        var tensors = DTypes.All
            .Select(dtype => (Tensor: new TensorInfo($"t.{dtype}", dtype, new TensorShape(3, 8)), Values: new byte[3 * dtype.BitSize()]))
            .ToArray();
        Array.ForEach(tensors, pair => random.NextBytes(pair.Values));
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["text"] = "ä\u0000\u001f\"\\/😀" };
        SafetensorsFile.Write(
            _scratch["x.safetensors"], tensors.Select(pair => (pair.Tensor, (ReadOnlyMemory<byte>)pair.Values)), metadata);

        var source = CheckpointFormats.Open(_scratch["x.safetensors"]);
        using var reader = source.OpenReader();
        Assert.Equal(metadata.OrderBy(entry => entry.Key), source.Metadata.OrderBy(entry => entry.Key));
        Assert.Equal(tensors.Length, source.Tensors.Count);
        foreach (var (tensor, values) in tensors)
        {
            byte[] read = new byte[values.Length];
            reader.Read(tensor, 0, read);
            Assert.Equal(values, read);
        }
    }

    [Fact]
    public void The_same_content_gives_the_same_bytes()
    {
        (TensorInfo, ReadOnlyMemory<byte>)[] tensors =
        [
            (new("b", DType.U8, new TensorShape(2)), new byte[] { 1, 2 }),
            (new("a", DType.F32, new TensorShape([])), new byte[] { 3, 4, 5, 6 }),
        ];
        SafetensorsFile.Write(_scratch["1.safetensors"], tensors);
        SafetensorsFile.Write(_scratch["2.safetensors"], tensors.Reverse());
        byte[] bytes = File.ReadAllBytes(_scratch["1.safetensors"]);
        Assert.Equal(bytes, File.ReadAllBytes(_scratch["2.safetensors"]));
        Assert.Equal([3, 4, 5, 6, 1, 2], bytes[^6..]);
    }

    [Fact]
    public void An_existing_file_is_replaced_and_nothing_else_is_left_in_the_folder()
    {
        File.WriteAllText(_scratch["x.safetensors"], "old");
        SafetensorsFile.Write(_scratch["x.safetensors"], []);
        Assert.Empty(CheckpointFormats.Open(_scratch["x.safetensors"]).Tensors);
        Assert.Equal([_scratch["x.safetensors"]], Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public void Failure_to_write_is_a_storage_error_and_leaves_nothing_behind()
    {
        _ = Assert.Throws<StorageException>(() => SafetensorsFile.Write(_scratch["no/such/folder/x.safetensors"], []));
        _ = Directory.CreateDirectory(_scratch["folder.safetensors"]);
        var error = Assert.Throws<StorageException>(() => SafetensorsFile.Write(_scratch["folder.safetensors"], []));
        Assert.Equal(ErrorCategory.InputOutput, error.Category);
        Assert.Equal([_scratch["folder.safetensors"]], Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public void Values_of_another_size_than_the_shape_are_refused() => Assert.Throws<ArgumentException>(
        () => SafetensorsFile.Write(_scratch["x.safetensors"], [(new("a", DType.F32, new TensorShape(2)), new byte[7])]));

    [Fact]
    public void A_refused_name_is_reported_with_the_file()
    {
        var error = Assert.Throws<SafetensorsException>(
            () => SafetensorsFile.Write(_scratch["x.safetensors"], [(new("", DType.U8, new TensorShape(1)), new byte[1])]));
        Assert.Equal("x.safetensors", error.File);
        Assert.Empty(Directory.GetFileSystemEntries(_scratch.Path));
    }
}
