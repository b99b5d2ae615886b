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

    [Fact]
    public async Task Stored_vectors_and_parts_are_compared_as_checkpoints_are()
    {
        string vector = _place.PathOf("math-vector.safetensors");
        string parts = _place.PathOf("parts");
        Assert.Equal(0, (await Taskvec.RunAsync("diff", _place.Base, _place.Math, "-o", vector)).Code);
        Assert.Equal(0, (await Taskvec.RunAsync("decompose", "--base", _place.Base, $"math={_place.Math}", $"code={_place.Code}", "--cut", "0.1", "--null-test", "off", "-o", parts)).Code);
        var outcome = await Taskvec.RunAsync("compare", "--base", _place.Base, $"math={_place.Math}", $"vector={vector}", "--parts", parts, "--json");

        Assert.Equal(0, outcome.Code);
        string[] names = [.. outcome.Json.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
        Assert.Equal(["math", "vector", "shared:code", "shared:math", "unique:code", "unique:math"], names);
        double[] norms = [.. Numbers(outcome.Json.GetProperty("norms"))];
        double[][] cosines = [.. outcome.Json.GetProperty("cosines").EnumerateArray().Select(row => Numbers(row).ToArray())];

        // The stored vector and the parts are rounded to F32.
        Assert.Equal(norms[0], norms[1], 1e-6);
        Assert.Equal(1, cosines[0][1], 1e-6);
        Assert.Equal(0, cosines[3][4], 1e-6);
        Assert.Equal(norms[0] * norms[0], (norms[3] * norms[3]) + (norms[5] * norms[5]), 1e-5);
    }

    [Fact]
    public async Task What_cannot_be_compared_is_an_error()
    {
        Assert.Equal(2, (await Taskvec.RunAsync("compare", "--base", _place.Base)).Code);
        Assert.Equal(2, (await Taskvec.RunAsync("compare", "--base", _place.Base, "--parts", _place.Math)).Code);
        string vector = _place.PathOf("other.safetensors");
        Assert.Equal(0, (await Taskvec.RunAsync("diff", _place.Math, _place.Code, "-o", vector)).Code);
        foreach (string verb in new[] { "compare", "spectrum" })
        {
            var outcome = await Taskvec.RunAsync(verb, "--base", _place.Base, vector);
            Assert.NotEqual(0, outcome.Code);
            Assert.Contains("--any-base", outcome.Error, StringComparison.Ordinal);
            Assert.Equal(0, (await Taskvec.RunAsync(verb, "--base", _place.Base, vector, "--any-base")).Code);
        }

        string broken = Single("broken", [3, float.NaN]);
        var error = await Taskvec.RunAsync("compare", "--base", Single("start", [3, 4]), broken, "--json");
        Assert.Equal(3, error.Code);
        Assert.Equal("w", error.Json.GetProperty("error").GetProperty("tensor").GetString());
    }

    private static IEnumerable<double> Numbers(JsonElement list) => list.EnumerateArray().Select(number => number.GetDouble());

    private string Single(string name, float[] values) =>
        _place.AddFile($"{name}.safetensors", [("w", values, new TensorShape(values.Length))]);
}
