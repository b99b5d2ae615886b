using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>What lies beside the weights of the base goes along with the edited model.</summary>
public sealed class CompanionFileTests : IDisposable
{
    private readonly EditSandbox _sandbox = new();

    public CompanionFileTests()
    {
        _ = _sandbox.Model("base/model", ("w", DType.F32, [1]));
        Write("config.json", "{\"model_type\": \"x\", \"torch_dtype\": \"float32\", \"n\": 1}");
        Write("tokenizer.json", "{}");
        Write("empty.txt", "");
        Write("1_Pooling/config.json", "{\"torch_dtype\": \"float32\"}");
        Write("journal.jsonl", "a companion as any other");
    }

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Configuration_tokenizer_and_subfolders_are_copied_as_they_are()
    {
        _ = await Checkpoint.Open(_sandbox["base"]).SaveAsync(_sandbox["out"]);
        foreach (string name in new[] { "config.json", "tokenizer.json", "empty.txt", "1_Pooling/config.json", "journal.jsonl" })
        {
            Assert.Equal(await File.ReadAllBytesAsync(_sandbox["base/" + name]), await File.ReadAllBytesAsync(_sandbox["out/" + name]));
        }

        Assert.True(OutputVerifier.Verify(_sandbox["out"]).IsGood);
    }

    [Fact]
    public async Task Model_card_hidden_files_manifests_and_other_weights_stay_behind()
    {
        foreach (string name in new[] { "README.md", ".gitattributes", ".cache/x", "pytorch_model.bin", "onnx/model.onnx", "onnx/config.json", "model.safetensors.index.json", "taskvec.manifest.json", "v.safetensors.manifest.json" })
        {
            Write(name, "{}");
        }

        Manifest manifest = await Checkpoint.Open(_sandbox["base"]).SaveAsync(_sandbox["out"]);
        Assert.Equal(
            ["1_Pooling/config.json", "config.json", "empty.txt", "journal.jsonl", "model.safetensors", "tokenizer.json"],
            manifest.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Equal(
            manifest.Files.Select(file => file.Path).Append(OutputTarget.ManifestFileName).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(_sandbox["out"], "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_sandbox["out"], path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_dtype_in_the_configuration_follows_the_one_asked_for()
    {
        _ = await Checkpoint.Open(_sandbox["base"]).SaveAsync(_sandbox["out"], EditOptions.Default with { OutputDType = DType.BF16 });
        using JsonDocument config = JsonDocument.Parse(await File.ReadAllBytesAsync(_sandbox["out/config.json"]));
        Assert.Equal("bfloat16", config.RootElement.GetProperty("torch_dtype").GetString());
        Assert.Equal(1, config.RootElement.GetProperty("n").GetInt32());
        Assert.False(config.RootElement.TryGetProperty("dtype", out _));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("{\"dtype\": 1, \"dtype\": 2}")]
    public async Task A_configuration_that_is_none_is_copied_as_it_is(string content)
    {
        Write("config.json", content);
        _ = await Checkpoint.Open(_sandbox["base"]).SaveAsync(_sandbox["out"], EditOptions.Default with { OutputDType = DType.BF16 });
        Assert.Equal(content, await File.ReadAllTextAsync(_sandbox["out/config.json"]));
    }

    [Fact]
    public async Task Links_to_files_are_followed_and_dangling_ones_left_out()
    {
        Write("../blobs/vocab", "words");
        _ = File.CreateSymbolicLink(_sandbox["base/vocab.txt"], _sandbox["blobs/vocab"]);
        _ = File.CreateSymbolicLink(_sandbox["base/gone.txt"], _sandbox["blobs/gone"]);
        _ = await Checkpoint.Open(_sandbox["base"]).SaveAsync(_sandbox["out"]);
        Assert.Equal("words", await File.ReadAllTextAsync(_sandbox["out/vocab.txt"]));
        Assert.Null(new FileInfo(_sandbox["out/vocab.txt"]).LinkTarget);
        Assert.False(File.Exists(_sandbox["out/gone.txt"]));
    }

    [Fact]
    public async Task A_task_vector_and_a_single_file_take_nothing_along()
    {
        Checkpoint model = Checkpoint.Open(_sandbox["base"]);
        Checkpoint other = _sandbox.Model("other", ("w", DType.F32, [2]));
        Manifest vector = await (other - model).SaveAsync(_sandbox["vector"]);
        Manifest file = await model.SaveAsync(_sandbox["out.safetensors"]);
        _ = Assert.Single(vector.Files);
        _ = Assert.Single(file.Files);
    }

    private void Write(string name, string content)
    {
        string path = _sandbox["base/" + name];
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
