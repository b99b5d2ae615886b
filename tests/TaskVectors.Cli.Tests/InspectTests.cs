using System.Text.Json;
using TaskVectors.Cli.Output;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Tests;

public sealed class InspectTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Json_has_format_totals_metadata_and_every_tensor()
    {
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        string file = _place.AddFile("x.safetensors", [("w", [1, 2, 3, 4, 5, 6], new TensorShape(2, 3))], metadata);
        var outcome = await Taskvec.RunAsync("inspect", file, "--json");

        JsonElement json = outcome.Json;
        Assert.Equal(0, outcome.Code);
        Assert.Equal("safetensors", json.GetProperty("format").GetString());
        Assert.Equal(6, json.GetProperty("parameters").GetInt64());
        Assert.Equal(24, json.GetProperty("bytes").GetInt64());
        Assert.Equal("pt", json.GetProperty("metadata").GetProperty("format").GetString());
        JsonElement tensor = Assert.Single(json.GetProperty("tensors").EnumerateArray());
        Assert.Equal("w", tensor.GetProperty("name").GetString());
        Assert.Equal("F32", tensor.GetProperty("dtype").GetString());
        Assert.Equal(24, tensor.GetProperty("bytes").GetInt64());
        Assert.Equal("x.safetensors", tensor.GetProperty("file").GetString());
        Assert.Equal([2L, 3L], tensor.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64()));
    }

    [Fact]
    public async Task Repeated_layers_share_a_line_unless_all_are_asked_for()
    {
        var grouped = await Taskvec.RunAsync("inspect", _place.Base);
        var all = await Taskvec.RunAsync("inspect", _place.Base, "--all");

        Assert.Contains("layers.{0..1}.mlp.weight", grouped.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("layers.1.mlp.weight", grouped.Output, StringComparison.Ordinal);
        Assert.Contains("layers.0.mlp.weight", all.Output, StringComparison.Ordinal);
        Assert.Contains("layers.1.mlp.weight", all.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_holds_one_dtype_and_shape_and_tells_gaps()
    {
        TensorInfo[] tensors =
        [
            .. new[] { 0, 1, 2, 5 }.Select(layer => new TensorInfo($"h.{layer}.w", DType.F32, new TensorShape(2))),
            new TensorInfo("h.3.w", DType.F32, new TensorShape(3)),
            new TensorInfo("h.4.w", DType.BF16, new TensorShape(2)),
        ];

        Assert.Equal(
            [("h.{0..2,5}.w", 4, 32L), ("h.3.w", 1, 12L), ("h.4.w", 1, 4L)],
            TensorGroup.Group(tensors).Select(group => (group.Name, group.Count, group.Bytes)));
    }

    [Fact]
    public void A_thousand_tensors_of_a_deep_model_fit_on_a_screen()
    {
        var tensors = from layer in Enumerable.Range(0, 80)
                      from part in Enumerable.Range(0, 13)
                      select new TensorInfo($"model.layers.{layer}.part{part}.weight", DType.BF16, new TensorShape(64, 64));

        Assert.Equal(13, TensorGroup.Group(tensors).Count());
    }

    [Fact]
    public async Task Names_with_markup_and_control_characters_are_shown_as_they_are_or_escaped()
    {
        string file = _place.AddFile("x.safetensors", [("[red]w[/]\u0007", [1], new TensorShape(1))]);
        var outcome = await Taskvec.RunAsync("inspect", file);

        Assert.Equal(0, outcome.Code);
        Assert.Contains("[red]w[/]\\u0007", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_name_is_not_broken_where_no_terminal_is()
    {
        string name = string.Join('.', Enumerable.Repeat("component", 20));
        string file = _place.AddFile("x.safetensors", [(name, [1], new TensorShape(1))]);

        Assert.Contains(name, (await Taskvec.RunAsync("inspect", file)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_without_tensors_is_no_error()
    {
        string file = _place.AddFile("x.safetensors", []);
        var outcome = await Taskvec.RunAsync("inspect", file);

        Assert.Equal(0, outcome.Code);
        Assert.Contains("0 tensors", outcome.Output, StringComparison.Ordinal);
    }
}
