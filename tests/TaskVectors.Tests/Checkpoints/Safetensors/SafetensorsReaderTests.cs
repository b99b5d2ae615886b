using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Safetensors;

public sealed class SafetensorsReaderTests : IDisposable
{
    private static readonly TensorInfo Weight = new("w", DType.U8, new TensorShape(100_000));

    private readonly ScratchFolder _scratch = new();
    private readonly byte[] _values = new byte[100_000];
    private readonly string _path;

    public SafetensorsReaderTests()
    {
        new Random(7).NextBytes(_values);
        _path = _scratch["model.safetensors"];
        SafetensorsFile.Write(_path, [(Weight, _values)]);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Parts_of_a_tensor_are_read_by_offset_from_many_threads()
    {
        using var reader = CheckpointFormats.Open(_path).OpenReader();
        _ = Parallel.For(0, 200, i =>
        {
            byte[] part = new byte[i];
            reader.Read(Weight, i * 399, part);
            Assert.True(part.AsSpan().SequenceEqual(_values.AsSpan(i * 399, i)));
        });
    }

    [Fact]
    public void Nothing_beyond_a_tensor_is_read()
    {
        using var reader = CheckpointFormats.Open(_path).OpenReader();
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(Weight, 99_999, new byte[2]));
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(Weight, -1, new byte[1]));
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(Weight, 0, new byte[100_001]));
        reader.Read(Weight, 100_000, []);
    }

    [Fact]
    public void A_tensor_of_another_source_is_refused()
    {
        using var reader = CheckpointFormats.Open(_path).OpenReader();
        _ = Assert.Throws<ArgumentException>(() => reader.Read(Weight with { Name = "v" }, 0, new byte[1]));
        _ = Assert.Throws<ArgumentException>(() => reader.Locate(Weight with { DType = DType.I8 }));
    }

    [Fact]
    public void A_tensor_is_located_where_its_bytes_are()
    {
        using var reader = CheckpointFormats.Open(_path).OpenReader();
        var extent = Assert.NotNull(reader.Locate(Weight));
        Assert.Equal(_path, extent.File);
        Assert.Equal(_values, File.ReadAllBytes(_path)[(int)extent.Offset..(int)(extent.Offset + extent.Length)]);
    }

    [Fact]
    public void Opening_holds_no_file_open()
    {
        var source = CheckpointFormats.Open(_path);
        using (new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal([Weight], source.Tensors);
        }

        Assert.DoesNotContain(_path, OpenFiles());
        using (source.OpenReader())
        {
            Assert.Contains(_path, OpenFiles());
        }

        Assert.DoesNotContain(_path, OpenFiles());
    }

    [Fact]
    public void A_file_that_changed_size_after_its_header_was_read_is_named()
    {
        var source = CheckpointFormats.Open(_path);
        using (var stream = new FileStream(_path, FileMode.Append))
        {
            stream.WriteByte(0);
        }

        AssertChanged(source.OpenReader);
        File.Delete(_path);
        AssertChanged(source.OpenReader);
        _ = Directory.CreateDirectory(_path);
        AssertChanged(source.OpenReader);
    }

    [Fact]
    public void A_file_cut_while_it_is_read_is_named()
    {
        using var reader = CheckpointFormats.Open(_path).OpenReader();
        using (var stream = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.SetLength(60_000);
        }

        reader.Read(Weight, 0, new byte[50_000]);
        AssertChanged(() => reader.Read(Weight, 50_000, new byte[50_000]));
    }

    [Fact]
    public void A_reader_that_cannot_open_every_file_leaves_none_open()
    {
        string copy = _scratch["sharded"];
        _ = Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(Path.Combine(GoldenCase.Root, "sharded", "ok")))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        var source = CheckpointFormats.Open(copy);
        File.Delete(source.Files[1].Path);
        AssertChanged(source.OpenReader);
        Assert.DoesNotContain(source.Files[0].Path, OpenFiles());
    }

    private void AssertChanged(Action action)
    {
        var error = Assert.Throws<SafetensorsException>(action);
        Assert.Equal(SafetensorsError.ChangedSinceOpened, error.Error);
        Assert.StartsWith(_scratch.Path, error.File);
        Assert.Contains("changed since it was opened", error.Message);
    }

    private void AssertChanged(Func<ICheckpointReader> open) => AssertChanged(() => { open().Dispose(); });

    private static string[] OpenFiles() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(link => new FileInfo(link).LinkTarget ?? "")];
}
