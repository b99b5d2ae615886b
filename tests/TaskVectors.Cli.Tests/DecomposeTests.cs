using System.Text.Json;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Tests;

public sealed class DecomposeTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Json_is_the_report_that_is_written()
    {
        var outcome = await DecomposeAsync("--json");

        Assert.Equal(0, outcome.Code);
        using JsonDocument written = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_place.PathOf("parts"), "report.json")));
        Assert.True(JsonElement.DeepEquals(written.RootElement, outcome.Json));
        Assert.Equal(["math", "code"], outcome.Json.GetProperty("tasks").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(2, outcome.Json.GetProperty("tensors").GetArrayLength());
    }

    [Fact]
    public async Task Text_has_a_bar_a_layer_and_a_sentence()
    {
        var outcome = await DecomposeAsync();

        Assert.Equal(0, outcome.Code);
        Assert.Equal(2, outcome.Output.Split('\n').Count(line => line.Contains(".mlp.weight", StringComparison.Ordinal) && line.Contains('░', StringComparison.Ordinal)));
        Assert.Contains("Nothing is shared", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_put_together_again_are_the_sum_of_the_task_vectors()
    {
        _ = await DecomposeAsync("--cut", "0.1", "--null-test", "off");
        string parts = _place.PathOf("parts");
        var merged = await Taskvec.RunAsync(
            "edit", "base + 0.5*sum(unique:*) + 0.5*sum(shared:*)", "-m", $"base={_place.Base}", "--parts", parts, "-o", _place.PathOf("merged"));
        var added = await Taskvec.RunAsync(
            "edit", "base + 0.5*(math - base) + 0.5*(code - base)", "-m", $"base={_place.Base}", "-m", $"math={_place.Math}", "-m", $"code={_place.Code}", "-o", _place.PathOf("added"));

        Assert.Equal((0, 0), (merged.Code, added.Code));
        var single = await Taskvec.RunAsync("edit", "base - unique:math", "-m", $"base={_place.Base}", "--parts", parts, "-o", _place.PathOf("less"));
        Assert.DoesNotContain("does not use", single.Error, StringComparison.Ordinal);
        foreach (TensorInfo tensor in CheckpointFormats.Open(_place.PathOf("added")).Tensors)
        {
            float[] expected = Values("added", tensor.Name);
            float[] actual = Values("merged", tensor.Name);

            // The parts are rounded to F32, numbers of size 1.
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        }

        Assert.Equal(0, (await Taskvec.RunAsync("verify", parts)).Code);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_and_tells_the_cost()
    {
        var outcome = await DecomposeAsync("--dry-run", "--json");

        Assert.Equal(0, outcome.Code);
        Assert.False(Directory.Exists(_place.PathOf("parts")));
        Assert.Equal(2, outcome.Json.GetProperty("tensors").GetProperty("decompose").GetInt32());
        Assert.True(outcome.Json.GetProperty("peakBufferBytes").GetInt64() > 0);
    }

    [Theory]
    [InlineData("--tau", "0.8", "--cut", "0.5")]
    [InlineData("--rank", "fraction:2")]
    [InlineData("--sharing", "at-least:9")]
    [InlineData("--tensors", "mlp", "--include", "mlp")]
    [InlineData("--null-test", "maybe")]
    public async Task What_makes_no_sense_is_a_usage_error(params string[] options) => Assert.Equal(2, (await DecomposeAsync(options)).Code);

    [Fact]
    public async Task A_pattern_in_a_sum_that_no_model_matches_is_an_error()
    {
        _ = await DecomposeAsync();
        var outcome = await Taskvec.RunAsync("edit", "base + sum(uniqe:*)", "-m", $"base={_place.Base}", "--parts", _place.PathOf("parts"), "-o", _place.PathOf("x"));
        Assert.Equal(2, outcome.Code);
        Assert.Contains("No model's name begins with 'uniqe:'", outcome.Error, StringComparison.Ordinal);
    }

    private Task<Outcome> DecomposeAsync(params string[] options) =>
        Taskvec.RunAsync(["decompose", "--base", _place.Base, $"math={_place.Math}", $"code={_place.Code}", "-o", _place.PathOf("parts"), .. options]);

    private float[] Values(string model, string tensor)
    {
        CheckpointSource source = CheckpointFormats.Open(_place.PathOf(model));
        using ICheckpointReader reader = source.OpenReader();
        Assert.True(source.TryGetTensor(tensor, out TensorInfo? info));
        byte[] bytes = new byte[info.ByteCount];
        reader.Read(info, 0, bytes);
        float[] values = new float[info.ElementCount];
        TensorConverter.Decode(info.DType, bytes, values);
        return values;
    }
}
