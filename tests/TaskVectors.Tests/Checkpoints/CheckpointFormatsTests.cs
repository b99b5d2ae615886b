using TaskVectors.Checkpoints;
using TaskVectors.Tests.Checkpoints.Safetensors;

namespace TaskVectors.Tests.Checkpoints;

public sealed class CheckpointFormatsTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_path_that_names_nothing_suggests_similar_names()
    {
        _ = Directory.CreateDirectory(_scratch["gpt2-toxic"]);
        _ = Directory.CreateDirectory(_scratch["llama"]);
        var error = Assert.Throws<CheckpointNotFoundException>(() => CheckpointFormats.Open(_scratch["gpt2_toxc/"]));
        Assert.Contains("'gpt2-toxic'", error.Message);
        Assert.DoesNotContain("llama", error.Message);
        Assert.Equal("checkpoint.not-found", error.Kind);
        Assert.Equal(ErrorCategory.BadInput, error.Category);
    }

    [Fact]
    public void A_missing_parent_folder_is_said_to_be_missing()
    {
        var error = Assert.Throws<CheckpointNotFoundException>(() => CheckpointFormats.Open(_scratch["no/such"]));
        Assert.Contains($"the folder {_scratch["no"]};", error.Message);
    }

    [Fact]
    public void A_dangling_link_is_said_to_dangle()
    {
        _ = File.CreateSymbolicLink(_scratch["model.safetensors"], "../../blobs/gone");
        var error = Assert.Throws<CheckpointNotFoundException>(() => CheckpointFormats.Open(_scratch["model.safetensors"]));
        Assert.Contains("../../blobs/gone", error.Message);
    }

    [Fact]
    public void A_circle_of_links_is_not_found()
    {
        _ = File.CreateSymbolicLink(_scratch["a.safetensors"], "b.safetensors");
        _ = File.CreateSymbolicLink(_scratch["b.safetensors"], "a.safetensors");
        _ = Assert.Throws<CheckpointNotFoundException>(() => CheckpointFormats.Open(_scratch["a.safetensors"]));
    }

    [Theory]
    [InlineData("<html>", "a web page")]
    [InlineData("GGUF1234", "a GGUF file")]
    [InlineData("hello", "68656c6c6f")]
    [InlineData("", "empty")]
    public void Unknown_content_is_described_beside_what_is_supported(string content, string expected)
    {
        File.WriteAllText(_scratch["file.xyz"], content);
        var error = Assert.Throws<UnknownFormatException>(() => CheckpointFormats.Open(_scratch["file.xyz"]));
        Assert.Contains(expected, error.Message);
        Assert.Contains("safetensors", error.Message);
        Assert.Equal("checkpoint.unknown-format", error.Kind);
        Assert.Equal(ErrorCategory.BadInput, error.Category);
    }

    [Fact]
    public void A_folder_without_a_checkpoint_is_described_by_what_it_holds()
    {
        Assert.Contains("empty folder", Assert.Throws<UnknownFormatException>(() => CheckpointFormats.Open(_scratch.Path)).Message);
        File.WriteAllText(_scratch["notes.txt"], "");
        Assert.Contains("notes.txt", Assert.Throws<UnknownFormatException>(() => CheckpointFormats.Open(_scratch.Path)).Message);
    }

    [Fact]
    public void Content_decides_where_the_name_says_nothing()
    {
        File.Copy(Path.Combine(GoldenCase.Root, "valid", "rank0.safetensors"), _scratch["abcdef"]);
        Assert.Equal(2, CheckpointFormats.Open(_scratch["abcdef"]).Tensors.Count);
    }
}
