using System.Text.Json;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Tests;

public sealed class CompareTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Json_has_names_norms_cosines_and_layers()
    {
        string start = Single("start", [3, 4]);
        string right = Single("right", [6, 4]);
        string up = Single("up", [3, 8]);
        var outcome = await Taskvec.RunAsync("compare", "--base", start, right, $"north={up}", "--json");

        JsonElement json = outcome.Json;
        Assert.Equal(0, outcome.Code);
        Assert.Equal(["right", "north"], json.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal([3.0, 4.0], Numbers(json.GetProperty("norms")));
        Assert.Equal([0.6, 0.8], Numbers(json.GetProperty("relativeNorms")));
        Assert.Equal([1.0, 0.0], Numbers(json.GetProperty("cosines")[0]));
        JsonElement layer = Assert.Single(json.GetProperty("layers").EnumerateArray());
        Assert.Equal("w", layer.GetProperty("name").GetString());
        Assert.Equal([3.0, 4.0], Numbers(layer.GetProperty("norms")));
    }

    [Fact]
    public async Task A_model_equal_to_the_base_has_no_cosine()
    {
        var outcome = await Taskvec.RunAsync("compare", "--base", _place.Base, $"same={_place.Base}", "--json");

        Assert.Equal(JsonValueKind.Null, outcome.Json.GetProperty("cosines")[0][0].ValueKind);
    }

    [Fact]
    public async Task Text_lists_as_many_tensors_as_asked_for()
    {
        var outcome = await Taskvec.RunAsync("compare", "--base", _place.Base, _place.Math, _place.Code, "--top", "2");

        Assert.Equal(0, outcome.Code);
        Assert.Equal(2, outcome.Output.Split('\n').Count(line => line.Contains(".weight", StringComparison.Ordinal)));
    }

    private static IEnumerable<double> Numbers(JsonElement list) => list.EnumerateArray().Select(number => number.GetDouble());

    private string Single(string name, float[] values) =>
        _place.AddFile($"{name}.safetensors", [("w", values, new TensorShape(values.Length))]);
}
