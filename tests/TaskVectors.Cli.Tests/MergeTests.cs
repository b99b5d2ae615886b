using System.Text.Json;
using TaskVectors.Merging;

namespace TaskVectors.Cli.Tests;

public sealed class MergeTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_merge_is_the_edit_that_it_names_and_is_made_again_from_its_manifest()
    {
        string output = _place.PathOf("merged");
        var merge = await Taskvec.RunAsync("merge", "--method", "tsvm", "--base", _place.Base, $"a={_place.Math}", $"b={_place.Code}", "--set", "alpha=0.9", "-o", output);
        Assert.Equal(0, merge.Code);
        Assert.Contains("base + tsvm(a - base, b - base, alpha: 0.9)", merge.Error, StringComparison.Ordinal);

        string edited = _place.PathOf("edited");
        var edit = await Taskvec.RunAsync(
            "edit", "base + tsvm(a - base, b - base, alpha: 0.9)", "--model", $"base={_place.Base}", "--model", $"a={_place.Math}", "--model", $"b={_place.Code}", "-o", edited);
        Assert.Equal(0, edit.Code);
        Assert.Equal(File.ReadAllBytes(Path.Combine(edited, "model.safetensors")), File.ReadAllBytes(Path.Combine(output, "model.safetensors")));
        Assert.Equal(0, (await Taskvec.RunAsync("verify", output)).Code);
        Assert.Equal(0, (await Taskvec.RunAsync("replay", output, "-o", _place.PathOf("again"))).Code);
    }

    [Fact]
    public async Task A_dry_run_lists_stored_inputs_only()
    {
        var outcome = await Taskvec.RunAsync("merge", "--method", "iso_c", "--base", _place.Base, _place.Math, _place.Code, "--dry-run", "--json", "-o", _place.PathOf("merged"));
        Assert.Equal(["base", "math", "code"], outcome.Json.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("name").GetString()));
        Assert.True(outcome.Json.GetProperty("peakBufferBytes").GetInt64() > 0);
    }

    [Theory]
    [InlineData("Did you mean 'alpha'?", "--set", "alpa=1")]
    [InlineData("(0, 1]", "--set", "rank_fraction=3")]
    [InlineData("PARAMETER=VALUE", "--set", "alpha")]
    [InlineData("none of the models", "--set", "x.alpha=1")]
    [InlineData("holds for all models", "--set", "math.alpha=1")]
    public async Task A_wrong_setting_is_explained(string hint, params string[] options)
    {
        var outcome = await Taskvec.RunAsync(["merge", "--method", "tsvm", "--base", _place.Base, _place.Math, "-o", _place.PathOf("merged"), .. options]);
        Assert.Equal(2, outcome.Code);
        Assert.Contains(hint, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_method_is_explained()
    {
        var outcome = await Taskvec.RunAsync("merge", "--method", "iso_x", "--base", _place.Base, _place.Math, "-o", _place.PathOf("merged"));
        Assert.Equal(2, outcome.Code);
        Assert.Contains("Did you mean 'iso_c'?", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Methods_are_listed_and_described_as_they_declare_themselves()
    {
        JsonElement all = (await Taskvec.RunAsync("methods", "--json")).Json.GetProperty("methods");
        Assert.Equal(MergeMethods.All.Select(method => method.Name), all.EnumerateArray().Select(method => method.GetProperty("name").GetString()));
        string text = (await Taskvec.RunAsync("methods", "iso_cts")).Output;
        IMergeMethod described = MergeMethods.Find("iso_cts");
        Assert.All(described.Parameters, parameter => Assert.Contains(parameter.Meaning, text, StringComparison.Ordinal));
        Assert.Contains(described.Formula, text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
        Assert.Contains("tsvm", (await Taskvec.RunAsync("methods")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spectrum_has_values_ranks_and_angles()
    {
        var outcome = await Taskvec.RunAsync("spectrum", "--base", _place.Base, $"a={_place.Math}", $"b={_place.Code}", "--include", "mlp", "--json");
        JsonElement[] layers = [.. outcome.Json.GetProperty("layers").EnumerateArray()];
        Assert.Equal(2, layers.Length);
        JsonElement spectrum = layers[0].GetProperty("spectra")[0];
        Assert.Equal(4, spectrum.GetProperty("singularValues").GetArrayLength());
        Assert.Equal(5, spectrum.GetProperty("energy").GetArrayLength());
        Assert.InRange(spectrum.GetProperty("effectiveRank").GetDouble(), 1, 4);
        Assert.Equal("b", layers[0].GetProperty("angles")[0].GetProperty("second").GetString());

        var text = await Taskvec.RunAsync("spectrum", "--base", _place.Base, $"a={_place.Math}", $"b={_place.Code}");
        Assert.Contains("█", text.Output, StringComparison.Ordinal);
        Assert.Contains("Overlap", text.Output, StringComparison.Ordinal);
    }
}
