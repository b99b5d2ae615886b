using System.Text;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Safetensors;

public sealed class SafetensorsFolderTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Shards_are_read_in_name_order_and_offsets_ascending()
    {
        var source = CheckpointFormats.Open(Path.Combine(GoldenCase.Root, "sharded", "ok"));
        Assert.Equal(
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
            source.Files.Select(file => Path.GetFileName(file.Path)));
        Assert.Equal(["a", "b", "c", "d"], source.Tensors.Select(tensor => tensor.Name).Order());
        using var reader = source.OpenReader();
        var extents = source.Tensors.Select(tensor => reader.Locate(tensor)!.Value).ToArray();
        Assert.Equal(extents.OrderBy(extent => extent.File, StringComparer.Ordinal).ThenBy(extent => extent.Offset), extents);
    }

    [Fact]
    public void An_index_opens_like_its_folder()
    {
        string folder = Path.Combine(GoldenCase.Root, "sharded", "ok");
        var source = CheckpointFormats.Open(Path.Combine(folder, "model.safetensors.index.json"));
        Assert.Equal(CheckpointFormats.Open(folder).Tensors, source.Tensors);
    }

    [Fact]
    public void The_single_file_comes_before_the_index()
    {
        var source = CheckpointFormats.Open(Path.Combine(GoldenCase.Root, "sharded", "single-and-index"));
        Assert.Equal("model.safetensors", Path.GetFileName(Assert.Single(source.Files).Path));
    }

    [Theory]
    [InlineData("diffusion_pytorch_model.safetensors", new[] { "diffusion_pytorch_model.safetensors" })]
    [InlineData("anything.safetensors", new[] { "anything.safetensors" })]
    [InlineData("model.safetensors", new[] { "model.safetensors", "consolidated.safetensors", "model.fp16.safetensors" })]
    [InlineData(
        "diffusion_pytorch_model.safetensors", new[] { "diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.safetensors" })]
    [InlineData("model.safetensors", new[] { "model.safetensors", "._model.safetensors", "._x.safetensors" })]
    [InlineData("x.safetensors", new[] { "x.safetensors", "x-00001-of-00002.safetensors" })]
    public void The_file_of_the_best_known_name_is_opened(string expected, string[] files)
    {
        Array.ForEach(files, Write);
        Assert.Equal(expected, Path.GetFileName(Assert.Single(CheckpointFormats.Open(_scratch.Path).Files).Path));
    }

    [Theory]
    [InlineData("x.safetensors", "y.safetensors")]
    [InlineData("x.safetensors", "y-00001-of-00001.safetensors")]
    [InlineData("model-00001-of-00001.safetensors", "model-00001-of-00002.safetensors")]
    public void Several_unrelated_checkpoints_are_listed(string first, string second)
    {
        Write(first);
        Write(second);
        var error = OpenError(SafetensorsError.AmbiguousFolder);
        Assert.Contains(first, error.Message);
        Assert.Contains(second, error.Message);
    }

    [Fact]
    public void An_index_of_another_name_is_opened_unless_files_it_does_not_name_are_there()
    {
        Write("part.safetensors");
        WriteIndex("x", ("part", "part.safetensors"));
        Assert.Equal("part", Assert.Single(CheckpointFormats.Open(_scratch.Path).Tensors).Name);
        Write("other.safetensors");
        Assert.Contains("other.safetensors", OpenError(SafetensorsError.AmbiguousFolder).Message);
    }

    [Fact]
    public void Shards_without_an_index_must_be_complete()
    {
        Write("model-00001-of-00003.safetensors");
        Write("model-00003-of-00003.safetensors");
        Assert.Contains("model-00002-of-00003.safetensors", OpenError(SafetensorsError.IncompleteShards).Message);
        Write("model-00002-of-00003.safetensors");
        Assert.Equal(3, CheckpointFormats.Open(_scratch.Path).Files.Count);
    }

    [Fact]
    public void A_shard_may_be_a_symbolic_link_as_in_the_cache_of_the_hub()
    {
        _ = Directory.CreateDirectory(_scratch["blobs"]);
        _ = Directory.CreateDirectory(_scratch["snapshots/1"]);
        SafetensorsFile.Write(_scratch["blobs/abc"], [(new TensorInfo("t", DType.U8, new TensorShape(1)), new byte[1])]);
        _ = File.CreateSymbolicLink(_scratch["snapshots/1/shard.safetensors"], "../../blobs/abc");
        File.WriteAllText(_scratch["snapshots/1/model.safetensors.index.json"], """{"weight_map":{"t":"shard.safetensors"}}""");
        var source = CheckpointFormats.Open(_scratch["snapshots/1"]);
        using var reader = source.OpenReader();
        reader.Read(source.Tensors[0], 0, new byte[1]);
    }

    [Fact]
    public void A_folder_on_the_way_to_a_shard_may_not_be_a_symbolic_link()
    {
        _ = Directory.CreateDirectory(_scratch["outside"]);
        _ = Directory.CreateDirectory(_scratch["model"]);
        SafetensorsFile.Write(_scratch["outside/s.safetensors"], [(new TensorInfo("t", DType.U8, new TensorShape(1)), new byte[1])]);
        _ = Directory.CreateSymbolicLink(_scratch["model/sub"], "../outside");
        File.WriteAllText(_scratch["model/model.safetensors.index.json"], """{"weight_map":{"t":"sub/s.safetensors"}}""");
        var error = Assert.Throws<SafetensorsException>(() => CheckpointFormats.Open(_scratch["model"]));
        Assert.Equal(SafetensorsError.UnsafeShardPath, error.Error);
    }

    [Fact]
    public void Aliases_are_found_across_shards_and_the_first_shards_metadata_hold()
    {
        SafetensorsFile.Write(
            _scratch["model-00001-of-00002.safetensors"],
            [(new TensorInfo("emb", DType.U8, new TensorShape(1)), new byte[1])],
            new Dictionary<string, string> { ["note"] = "first", ["emb"] = "w", ["gone"] = "nowhere" });
        SafetensorsFile.Write(
            _scratch["model-00002-of-00002.safetensors"],
            [(new TensorInfo("w", DType.U8, new TensorShape(1)), new byte[1])],
            new Dictionary<string, string> { ["note"] = "second", ["head"] = "emb" });
        var source = CheckpointFormats.Open(_scratch.Path);
        Assert.Equal([KeyValuePair.Create("head", "emb")], source.Aliases);
        Assert.Equal("first", source.Metadata["note"]);
    }

    [Fact]
    public void A_folder_without_safetensors_is_not_recognised()
    {
        File.WriteAllText(_scratch["config.json"], "{}");
        Assert.False(new SafetensorsFormat().Recognises(_scratch.Path));
        var error = Assert.Throws<SafetensorsException>(() => new SafetensorsFormat().Open(_scratch.Path));
        Assert.Equal(SafetensorsError.NoCheckpoint, error.Error);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"weight_map":null}""")]
    [InlineData("""{"weight_map":{"a":null}}""")]
    [InlineData("""{"weight_map":{"\ud800":"x"}}""")]
    [InlineData("""{"weight_map":{"a":"x"},"weight_map":{"a":"x"}}""")]
    [InlineData("""{"weight_map":{"a":"x"}} {}""")]
    [InlineData("")]
    public void A_malformed_index_is_refused(string json)
    {
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsIndex.Parse(Encoding.UTF8.GetBytes(json), "x"));
        Assert.Equal(SafetensorsError.InvalidIndex, error.Error);
    }

    private SafetensorsException OpenError(SafetensorsError expected)
    {
        var error = Assert.Throws<SafetensorsException>(() => CheckpointFormats.Open(_scratch.Path));
        Assert.Equal(expected, error.Error);
        return error;
    }

    private void Write(string name) => SafetensorsFile.Write(
        _scratch[name], [(new TensorInfo(Path.GetFileNameWithoutExtension(name), DType.U8, new TensorShape(1)), new byte[1])]);

    private void WriteIndex(string stem, params (string Tensor, string Shard)[] entries) => File.WriteAllText(
        _scratch[stem + ".safetensors.index.json"],
        $$$"""{"weight_map":{{{{string.Join(",", entries.Select(entry => $"\"{entry.Tensor}\":\"{entry.Shard}\""))}}}}}""");
}
