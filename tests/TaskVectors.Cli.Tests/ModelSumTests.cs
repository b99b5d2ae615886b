namespace TaskVectors.Cli.Tests;

/// <summary>MODEL+ADAPTER in place of a model.</summary>
public sealed class ModelSumTests : IDisposable
{
    private readonly Workplace _place = new();

    private string Sum => $"{_place.Base}+{_place.PathOf("math.safetensors")}";

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_sum_is_the_model_that_an_expression_makes_of_its_parts()
    {
        await DiffAsync();
        Assert.Equal(0, (await Taskvec.RunAsync("edit", "a", "-m", $"a={Sum}", "-o", Out("sum"))).Code);
        string[] parts = ["-m", $"base={_place.Base}", "-m", $"v={_place.PathOf("math.safetensors")}"];
        Assert.Equal(0, (await Taskvec.RunAsync(["edit", "base + v", .. parts, "-o", Out("parts")])).Code);
        Assert.Equal(Weights("parts"), Weights("sum"));
        Assert.NotEqual(Weights("base"), Weights("sum"));
    }

    [Fact]
    public async Task A_merge_of_sums_has_the_bytes_of_the_merge_of_the_vectors_and_is_replayed()
    {
        await DiffAsync();
        string[] merge = ["merge", "--method", "ties", "--set", "density=0.5", "--base", $"base={_place.Base}", $"c={_place.Code}"];
        Assert.Equal(0, (await Taskvec.RunAsync([.. merge, $"a={Sum}", "-o", Out("sums")])).Code);
        Assert.Equal(0, (await Taskvec.RunAsync([.. merge, $"a={_place.PathOf("math.safetensors")}", "-o", Out("vectors")])).Code);
        Assert.Equal(Weights("vectors"), Weights("sums"));

        Outcome replay = await Taskvec.RunAsync("replay", Out("sums"), "-o", Out("again"));
        Assert.Equal(0, replay.Code);
        Assert.Equal(Weights("sums"), Weights("again"));
    }

    [Fact]
    public async Task A_sum_that_an_expression_does_not_use_is_a_warning()
    {
        await DiffAsync();
        Outcome outcome = await Taskvec.RunAsync("edit", "base", "-m", $"base={_place.Base}", "-m", $"a={Sum}", "-o", Out("out"));
        Assert.Contains("does not use the model 'a'", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_that_look_at_stored_vectors_ask_for_the_adapter_itself()
    {
        await DiffAsync();
        Outcome outcome = await Taskvec.RunAsync("compare", "--base", _place.Base, $"a={Sum}");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("'a' is a sum", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("name the adapter itself", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("base+missing.safetensors", 3, "missing.safetensors does not exist")]
    [InlineData("base+code", 3, "only adapters and stored task vectors can be added to a model")]
    [InlineData("math.safetensors+math.safetensors", 2, "begins with a task vector")]
    public async Task What_is_no_sum_is_refused(string path, int code, string message)
    {
        await DiffAsync();
        string full = string.Join('+', path.Split('+').Select(_place.PathOf));
        Outcome outcome = await Taskvec.RunAsync("edit", "a", "-m", $"a={full}", "-o", Out("out"));
        Assert.Equal(code, outcome.Code);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out("out")));
    }

    private async Task DiffAsync() => Assert.Equal(0, (await Taskvec.RunAsync("diff", _place.Base, _place.Math, "-o", _place.PathOf("math.safetensors"))).Code);

    private string Out(string name) => _place.PathOf(name);

    private byte[] Weights(string model) => File.ReadAllBytes(Path.Combine(_place.PathOf(model), "model.safetensors"));
}
