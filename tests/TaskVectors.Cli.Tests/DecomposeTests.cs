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

    [Theory]
    [InlineData("fast")]
    [InlineData("exact")]
    public async Task The_report_says_how_exactly_singular_vectors_were_found(string precision)
    {
        var outcome = await DecomposeAsync("--precision", precision, "--json");
        Assert.Equal(precision, outcome.Json.GetProperty("precision").GetString());
        Assert.Equal("fast", (await DecomposeAsync("--force", "--json")).Json.GetProperty("precision").GetString());
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
    [InlineData("--tau", "1")]
    [InlineData("--tau", "0")]
    [InlineData("--rank", "rank:5")]
    [InlineData("--unique-rank", "rank:2")]
    public async Task What_makes_no_sense_is_a_usage_error(params string[] options) => Assert.Equal(2, (await DecomposeAsync(options)).Code);

    [Fact]
    public async Task A_pattern_in_a_sum_that_no_model_matches_is_an_error()
    {
        _ = await DecomposeAsync();
        var outcome = await Taskvec.RunAsync("edit", "base + sum(uniqe:*)", "-m", $"base={_place.Base}", "--parts", _place.PathOf("parts"), "-o", _place.PathOf("x"));
        Assert.Equal(2, outcome.Code);
        Assert.Contains("No model's name begins with 'uniqe:'", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Low_rank_parts_are_adapters_and_add_up_as_dense_ones_do()
    {
        var outcome = await DecomposeAsync("--low-rank", "--unique-rank", "rank:4", "--vectors", "drop", "--cut", "0.1", "--null-test", "off");
        string parts = _place.PathOf("parts");

        Assert.Equal(0, outcome.Code);
        Assert.True(File.Exists(Path.Combine(parts, "math.shared", "adapter_config.json")));
        Assert.True(File.Exists(Path.Combine(parts, "code.unique", "adapter_model.safetensors")));
        Assert.Equal(0, (await Taskvec.RunAsync("verify", parts)).Code);
        string[] common = ["-m", $"base={_place.Base}", "--exclude", "embed", "-o"];
        var merged = await Taskvec.RunAsync(["edit", "base + shared:math + unique:math", "--parts", parts, .. common, _place.PathOf("merged")]);
        var tuned = await Taskvec.RunAsync(["edit", "math", "-m", $"math={_place.Math}", .. common, _place.PathOf("tuned")]);
        Assert.Equal((0, 0), (merged.Code, tuned.Code));

        // The factors are rounded to F32, of numbers of size 1; rank 4 is all the rank there is.
        Assert.All(
            Values("tuned", "layers.0.mlp.weight").Zip(Values("merged", "layers.0.mlp.weight")), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public async Task Low_rank_parts_do_in_every_command_what_dense_ones_do()
    {
        string[] common = ["--base", _place.Base, $"math={_place.Math}", $"code={_place.Code}", "--vectors", "drop", "--cut", "0.1", "--null-test", "off", "-o"];
        (string dense, string factored) = (_place.PathOf("dense"), _place.PathOf("factored"));
        Assert.Equal(0, (await Taskvec.RunAsync(["decompose", .. common, dense])).Code);
        Assert.Equal(0, (await Taskvec.RunAsync(["decompose", .. common, factored, "--low-rank", "--unique-rank", "rank:4"])).Code);

        const string Expression = "base + 0.3*sum(unique:*) + 0.8*sum(shared:*)";
        foreach (string parts in new[] { dense, factored })
        {
            string name = Path.GetFileName(parts);
            bool isDense = parts == dense;
            Assert.Equal(0, (await Taskvec.RunAsync("edit", Expression, "-m", $"base={_place.Base}", "--parts", parts, "-o", _place.PathOf(name + "-edit"))).Code);
            Assert.Equal(0, (await Taskvec.RunAsync("verify", _place.PathOf(name + "-edit"))).Code);
            var again = await Taskvec.RunAsync("replay", Path.Combine(_place.PathOf(name + "-edit"), "taskvec.manifest.json"), "-o", _place.PathOf(name + "-again"));
            Assert.True(again.Code == 0, again.Error);

            string[] PartsOf(string kind) => [.. new[] { "math", "code" }.Select(task => $"{task}={Path.Combine(parts, $"{task}.{kind}{(isDense ? ".safetensors" : string.Empty)}")}")];
            foreach (string method in new[] { "ties", "tsvm", "task_arithmetic" })
            {
                var merged = await Taskvec.RunAsync(["merge", "--method", method, "--base", _place.Base, .. PartsOf("unique"), "-o", _place.PathOf($"{name}-{method}")]);
                Assert.True(merged.Code == 0, merged.Error);
            }
        }

        // Both kinds of part are rounded to F32, numbers of size 1. Of tsvm that says nothing: the unique parts leave out the shared directions, and what
        // it makes of those depends on the rounding.
        string[] tensors = ["layers.0.mlp.weight", "layers.1.mlp.weight"];
        foreach (string output in new[] { "edit", "ties", "task_arithmetic" })
        {
            Assert.All(tensors, tensor => Assert.All(
                Values($"dense-{output}", tensor).Zip(Values($"factored-{output}", tensor)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f)));
        }

        JsonElement[] looks = [.. await LookAsync("compare", dense), .. await LookAsync("compare", factored)];
        double[] norms = [.. looks[0].GetProperty("norms").EnumerateArray().Select(norm => norm.GetDouble())];
        Assert.All(norms.Zip(looks[1].GetProperty("norms").EnumerateArray()), pair => Assert.Equal(pair.First, pair.Second.GetDouble(), 1e-5));
        JsonElement[] spectra = [.. await LookAsync("spectrum", dense), .. await LookAsync("spectrum", factored)];
        double[][] largest = [.. spectra.Select(spectrum => spectrum.GetProperty("layers").EnumerateArray()
            .SelectMany(layer => layer.GetProperty("spectra").EnumerateArray()).Select(one => one.GetProperty("singularValues")[0].GetDouble()).ToArray())];
        Assert.Equal(8, largest[0].Length);
        Assert.All(largest[0].Zip(largest[1]), pair => Assert.Equal(pair.First, pair.Second, 1e-5));

        // Rounding to F32 adds no directions: shared and unique parts have none in common, and the shared parts of a matrix have the same.
        foreach (JsonElement layer in spectra.SelectMany(spectrum => spectrum.GetProperty("layers").EnumerateArray()))
        {
            Assert.Equal([1, 1, 3, 3], layer.GetProperty("spectra").EnumerateArray().Select(spectrum => spectrum.GetProperty("rank").GetInt32()));
            Assert.All(layer.GetProperty("angles").EnumerateArray(), pair =>
            {
                string kinds = $"{pair.GetProperty("first").GetString()![..6]} {pair.GetProperty("second").GetString()![..6]}";
                double overlap = pair.GetProperty("overlap").GetDouble();
                Assert.True(kinds == "unique unique" || Math.Abs(overlap - (kinds == "shared shared" ? 1 : 0)) < 1e-6, $"{kinds}: {overlap}");
            });
        }
    }

    [Fact]
    public async Task A_rule_that_chooses_ranks_from_the_weights_is_warned_of_with_the_rank_from_which_chance_passes()
    {
        var outcome = await DecomposeAsync("--rank", "energy:0.9", "--dry-run");
        Assert.Equal(0, outcome.Code);
        Assert.Contains("The rank rule 'energy:0.9' chooses ranks from the weights", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("rank 2 of 4 (r/d 0.50) reaches 1.00 by chance, the cut is 0.85", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await DecomposeAsync("--rank", "energy:0.9", "--strict")).Code);
        Assert.False(Directory.Exists(_place.PathOf("parts")));
    }

    [Fact]
    public async Task An_existing_output_and_too_few_tasks_are_refused_and_nothing_changes()
    {
        Assert.Equal(0, (await DecomposeAsync()).Code);
        byte[] report = await File.ReadAllBytesAsync(Path.Combine(_place.PathOf("parts"), "report.json"));
        var outcome = await DecomposeAsync("--cut", "0.1");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("exists", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(report, await File.ReadAllBytesAsync(Path.Combine(_place.PathOf("parts"), "report.json")));
        Assert.False(Directory.Exists(_place.PathOf("parts.partial")));
        Assert.Equal(0, (await DecomposeAsync("--cut", "0.1", "--force")).Code);

        var alone = await Taskvec.RunAsync("decompose", "--base", _place.Base, _place.Math, "-o", _place.PathOf("alone"), "--json");
        Assert.Equal(2, alone.Code);
        Assert.Equal("decomposition.too-few-tasks", alone.Json.GetProperty("error").GetProperty("kind").GetString());
        Assert.False(Directory.Exists(_place.PathOf("alone")));
    }

    [Fact]
    public async Task A_vector_of_another_base_is_refused_before_anything_is_written()
    {
        string vector = _place.PathOf("other.safetensors");
        Assert.Equal(0, (await Taskvec.RunAsync("diff", _place.Code, _place.Math, "-o", vector)).Code);
        string[] command = ["decompose", "--base", _place.Base, $"math={_place.Math}", $"other={vector}", "-o", _place.PathOf("parts")];
        var outcome = await Taskvec.RunAsync([.. command, "--json"]);
        Assert.NotEqual(0, outcome.Code);
        Assert.Equal("edit.base-mismatch", outcome.Json.GetProperty("error").GetProperty("kind").GetString());
        Assert.Equal(vector, outcome.Json.GetProperty("error").GetProperty("file").GetString());
        Assert.False(Directory.Exists(_place.PathOf("parts")) || Directory.Exists(_place.PathOf("parts.partial")));
        Assert.Equal(0, (await Taskvec.RunAsync([.. command, "--any-base"])).Code);
    }

    [Fact]
    public async Task A_strict_plan_refuses_a_rank_under_which_chance_passes_and_writes_nothing()
    {
        var outcome = await DecomposeAsync("--strict", "--rank", "rank:4");

        Assert.Equal(2, outcome.Code);
        Assert.Contains("rank 4 of 4 (r/d 1.00) reaches 1.00 by chance", outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_place.PathOf("parts")));
    }

    [Fact]
    public async Task A_picture_is_drawn_and_never_over_another_file()
    {
        string picture = _place.PathOf("shared.svg");
        Assert.Equal(0, (await DecomposeAsync("--picture", picture)).Code);
        System.Xml.Linq.XElement svg = System.Xml.Linq.XElement.Load(picture);
        Assert.Equal("svg", svg.Name.LocalName);
        Assert.Equal(2, (await DecomposeAsync("--force", "--picture", _place.PathOf("shared.png"))).Code);
        Assert.Equal(2, (await Taskvec.RunAsync("decompose", "--base", _place.Base, $"a={_place.Math}", $"b={_place.Code}", "-o", _place.PathOf("x"), "--picture", picture)).Code);
    }

    [Fact]
    public async Task An_adapter_is_extracted_with_its_error()
    {
        var outcome = await Taskvec.RunAsync("lora", "extract", _place.Base, _place.Math, "--rank", "2", "-o", _place.PathOf("lora"), "--json");

        Assert.Equal(0, outcome.Code);
        Assert.InRange(outcome.Json.GetProperty("relativeError").GetDouble(), 0.01, 1);
        Assert.Equal("embed.weight", outcome.Json.GetProperty("leftOut")[0].GetProperty("name").GetString());
        Assert.Equal(0, (await Taskvec.RunAsync("verify", _place.PathOf("lora"))).Code);
        var wide = await Taskvec.RunAsync("lora", "extract", _place.Base, _place.Math, "--rank", "5", "-o", _place.PathOf("wide"));
        Assert.Equal(2, wide.Code);
        Assert.Contains("no matrix has more than 4", wide.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_place.PathOf("wide")));
        Assert.Equal(2, (await Taskvec.RunAsync("lora", "extract", _place.Base, _place.Math, "-o", _place.PathOf("none"))).Code);
    }

    private async Task<JsonElement[]> LookAsync(string verb, string parts)
    {
        var outcome = await Taskvec.RunAsync(verb, "--base", _place.Base, "--parts", parts, "--json");
        Assert.True(outcome.Code == 0, outcome.Error);
        return [outcome.Json];
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
