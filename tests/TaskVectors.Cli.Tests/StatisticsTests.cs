using System.Text.Json;

namespace TaskVectors.Cli.Tests;

/// <summary>Statistics from the command line, and merges by them: of the sample models on made-up pictures.</summary>
public sealed class StatisticsTests : IDisposable
{
    private const int Count = 12;

    private readonly Workplace _place = new();

    public StatisticsTests()
    {
        var random = new Random(5);
        byte[] pixels = new byte[Count * 28 * 28];
        random.NextBytes(pixels);
        _ = IdxFile.Write(_place.PathOf("images"), [Count, 28, 28], pixels);
        _ = IdxFile.Write(_place.PathOf("labels"), [Count], [.. Enumerable.Range(0, Count).Select(index => (byte)(index % 10))]);
    }

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("fisher", "fisher")]
    [InlineData("gram", "regmean")]
    public async Task A_merge_by_statistics_is_verified_and_made_again(string kind, string method)
    {
        string mnist = await MakeAsync("mnist", kind);
        string usps = await MakeAsync("usps", kind);
        string output = _place.PathOf("merged");
        Outcome merge = await Taskvec.RunAsync(
            "merge", "--method", method, "--base", Sample("base"), $"mnist={Sample("mnist")}", $"usps={Sample("usps")}",
            "--set", $"mnist.statistics={mnist}", "--set", $"usps.statistics={usps}", "--set", "usps.weight=2", "-o", output);
        Assert.True(merge.Code == 0, merge.Error);
        Assert.Contains($"{method}(mnist, usps, mnist.statistics, usps.statistics, weight: [1, 2])", merge.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Taskvec.RunAsync("verify", output)).Code);
        Assert.Equal(0, (await Taskvec.RunAsync("replay", output, "-o", _place.PathOf("again"))).Code);
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "taskvec.manifest.json")));
        JsonElement[] statistics = [.. manifest.RootElement.GetProperty("inputs").EnumerateArray().Where(input => input.GetProperty("kind").GetString() == "statistics")];
        Assert.Equal(["mnist.statistics", "usps.statistics"], statistics.Select(input => input.GetProperty("name").GetString()).Order());
        Assert.All(statistics, input => Assert.StartsWith("xxh128:", input.GetProperty("hash").GetString(), StringComparison.Ordinal));

        Outcome plan = await Taskvec.RunAsync(
            "merge", "--method", method, $"mnist={Sample("mnist")}", $"usps={Sample("usps")}",
            "--set", $"mnist.statistics={usps}", "--set", $"usps.statistics={usps}", "--dry-run", "-o", _place.PathOf("other"));
        Assert.Equal(3, plan.Code);
        Assert.Contains("another model", plan.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merge_without_statistics_of_a_model_says_how_to_make_them()
    {
        Outcome outcome = await Taskvec.RunAsync("merge", "--method", "fisher", $"mnist={Sample("mnist")}", $"usps={Sample("usps")}", "-o", _place.PathOf("merged"));
        Assert.Equal(2, outcome.Code);
        Assert.Contains("--set mnist.statistics=FILE", outcome.Error, StringComparison.Ordinal);
        Outcome odd = await Taskvec.RunAsync(
            "merge", "--method", "fisher", $"mnist={Sample("mnist")}", "--set", $"mnist.statistics={Sample("mnist")}", "--set", $"x.statistics={Sample("mnist")}", "-o", _place.PathOf("merged"));
        Assert.Equal(2, odd.Code);
        Assert.Contains("'x' is none of the models merged", odd.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_of_an_unsaved_edit_serve_a_merge_of_that_edit()
    {
        string[] models = ["-m", $"base={Sample("base")}", "-m", $"usps={Sample("usps")}"];
        string edit = "base + 0.5*(usps - base)";
        Outcome made = await Taskvec.RunAsync(["statistics", "--edit", edit, .. models, .. Options("gram", "usps"), "-o", _place.PathOf("edit.safetensors")]);
        Assert.True(made.Code == 0, made.Error);
        string mnist = await MakeAsync("mnist", "gram");
        Outcome merged = await Taskvec.RunAsync(
        [
            "edit", $"regmean({edit}, mnist, edit_grams, mnist_grams)", "--model", $"base={Sample("base")}", "--model", $"usps={Sample("usps")}", "--model", $"mnist={Sample("mnist")}",
            "--model", $"edit_grams={_place.PathOf("edit.safetensors")}", "--model", $"mnist_grams={mnist}", "-o", _place.PathOf("merged.safetensors"),
        ]);
        Assert.True(merged.Code == 0, merged.Error);
        Assert.Equal(0, (await Taskvec.RunAsync("replay", _place.PathOf("merged.safetensors.manifest.json"), "-o", _place.PathOf("again.safetensors"))).Code);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_made_and_writes_nothing()
    {
        string output = _place.PathOf("plan.safetensors");
        Outcome outcome = await Taskvec.RunAsync(["statistics", Sample("usps"), .. Options("fisher", "usps"), "--examples", "5", "--memory", "1MB", "--dry-run", "--json", "-o", output]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Equal(("fisher", 5, "expected"), (outcome.Json.GetProperty("kind").GetString(), outcome.Json.GetProperty("examples").GetInt32(), outcome.Json.GetProperty("outcomes").GetString()));
        Assert.True(outcome.Json.GetProperty("passes").GetInt32() > 1);
        Assert.False(File.Exists(output));
    }

    [Theory]
    [InlineData("--kind", "hessian")]
    [InlineData("--task", "generation")]
    [InlineData("--outcomes", "guessed")]
    [InlineData("--examples", "0")]
    [InlineData("--output", "folder")]
    public async Task What_makes_no_sense_is_refused(string option, string value)
    {
        string[] line = ["statistics", Sample("usps"), .. Options("fisher", "usps"), "--outcomes", "sampled", "--examples", "5", "--output", _place.PathOf("out.safetensors")];
        int place = Array.IndexOf(line, option);
        line[place + 1] = value;
        Outcome outcome = await Taskvec.RunAsync(line);
        Assert.Equal(2, outcome.Code);
        Assert.Contains(option, outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_place.PathOf("out.safetensors")));
    }

    [Fact]
    public async Task An_existing_file_is_replaced_on_demand_only()
    {
        string file = await MakeAsync("usps", "gram");
        Assert.Equal(2, (await Taskvec.RunAsync(["statistics", Sample("usps"), .. Options("gram", "usps"), "-o", file])).Code);
        Assert.Equal(0, (await Taskvec.RunAsync(["statistics", Sample("usps"), .. Options("gram", "usps"), "--force", "-o", file])).Code);
    }

    [Fact]
    public async Task What_this_program_did_not_write_and_what_it_reads_is_never_replaced()
    {
        string foreign = _place.PathOf("foreign.safetensors");
        File.Copy(Sample("base"), foreign);
        Outcome refused = await Taskvec.RunAsync(["statistics", Sample("usps"), .. Options("gram", "usps"), "--force", "-o", foreign]);
        Assert.Equal((2, "edit.output-exists"), (refused.Code, await KindAsync(foreign, Sample("usps"))));
        Assert.Contains("was not written by this program", refused.Error, StringComparison.Ordinal);
        string edited = _place.PathOf("edited.safetensors");
        Assert.Equal(0, (await Taskvec.RunAsync("edit", "a", "--model", $"a={Sample("usps")}", "-o", edited)).Code);
        Assert.Equal("edit.output-inside-input", await KindAsync(edited, edited));
        Assert.Equal(File.ReadAllBytes(Sample("base")), File.ReadAllBytes(foreign));
        Assert.Equal(0, (await Taskvec.RunAsync("verify", edited)).Code);

        async Task<string?> KindAsync(string output, string model)
        {
            Outcome outcome = await Taskvec.RunAsync(["statistics", model, .. Options("gram", "usps"), "--force", "--json", "-o", output]);
            return outcome.SingleError.GetProperty("kind").GetString();
        }
    }

    [Fact]
    public async Task Statistics_have_a_manifest_and_go_to_a_folder_that_is_made()
    {
        string output = _place.PathOf("new/folder/usps.safetensors");
        Assert.Equal(0, (await Taskvec.RunAsync(["statistics", Sample("usps"), .. Options("gram", "usps"), "--seed", "3", "-o", output])).Code);
        using (JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(output + ".manifest.json")))
        {
            JsonElement root = manifest.RootElement;
            Assert.Equal(("statistics", "statistics(weighted(1*usps), kind: gram, task: image-classification)"), (root.GetProperty("kind").GetString(), root.GetProperty("expression").GetString()));
            Assert.Equal(3, root.GetProperty("options").GetProperty("seed").GetInt32());
            Assert.Equal(Sample("usps"), root.GetProperty("inputs")[0].GetProperty("path").GetString());
        }

        Assert.Equal(0, (await Taskvec.RunAsync("verify", output)).Code);
        Assert.Equal(3, (await Taskvec.RunAsync("replay", output, "-o", _place.PathOf("again.safetensors"))).Code);
    }

    private static string Sample(string name) => Path.Combine(Repository.Root, "samples", "vit-small", name + ".safetensors");

    private string[] Options(string kind, string head) =>
    [
        "--kind", kind, "--task", "image-classification", "--data", _place.PathOf("images"), "--labels", _place.PathOf("labels"),
        "--head", Sample("heads"), "--head-name", head,
    ];

    private async Task<string> MakeAsync(string name, string kind)
    {
        string file = _place.PathOf($"{name}.{kind}.safetensors");
        Outcome outcome = await Taskvec.RunAsync(["statistics", Sample(name), .. Options(kind, name), "-o", file]);
        Assert.True(outcome.Code == 0, outcome.Error);
        return file;
    }
}
