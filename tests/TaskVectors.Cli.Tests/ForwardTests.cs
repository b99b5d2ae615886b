using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Tests;

/// <summary>The numbers of the library are tested there; here, that the command reads, writes and refuses what it says.</summary>
public sealed class ForwardTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Outputs_and_gradients_are_those_of_the_reference()
    {
        string output = _place.PathOf("out.safetensors");
        Outcome outcome = await Taskvec.RunAsync("forward", Golden("vit-rgb"), "--inputs", Golden("vit-rgb", "io.safetensors"), "--outputs", output, "--gradients", "--json");

        Assert.Equal(0, outcome.Code);
        Assert.Equal("ViTForImageClassification", outcome.Json.GetProperty("architecture").GetString());
        (float[] expected, float[] actual) = (TensorFile.Read(Golden("vit-rgb", "io.safetensors"), "logits"), TensorFile.Read(output, "logits"));
        double scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * scale));
        string[] names = [.. outcome.Json.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetProperty("name").GetString()!)];
        string[] wanted = [.. CheckpointFormats.Open(Golden("vit-rgb", "io.safetensors")).Tensors.Select(tensor => tensor.Name).Where(name => !name.StartsWith("in/", StringComparison.Ordinal))];
        Assert.Equal(wanted.Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_run_within_a_file_keeps_its_name()
    {
        string output = _place.PathOf("out.safetensors");
        Outcome outcome = await Taskvec.RunAsync("forward", Golden("gpt2-grads"), "--inputs", Golden("gpt2-grads", "io.safetensors"), "--outputs", output, "--run", "plain");

        Assert.Equal(0, outcome.Code);
        Assert.Equal(TensorFile.Read(Golden("gpt2-grads", "io.safetensors"), "plain/logits").Length, TensorFile.Read(output, "plain/logits").Length);
    }

    /// <summary>Products of BF16 matrices are those of the same values in F32, but for the order of sums: 1e-5.</summary>
    [Fact]
    public async Task Matrices_that_stay_as_they_are_stored_give_the_same_numbers_and_no_gradients()
    {
        string model = _place.PathOf("half");
        Assert.Equal(0, (await Taskvec.RunAsync("edit", "a", "-m", $"a={Golden("vit-rgb")}", "--dtype", "bf16", "-o", model)).Code);
        string[] line = ["forward", model, "--inputs", Golden("vit-rgb", "io.safetensors"), "--force", "--outputs"];

        Outcome wide = await Taskvec.RunAsync([.. line, _place.PathOf("wide.safetensors")]);
        Outcome kept = await Taskvec.RunAsync([.. line, _place.PathOf("kept.safetensors"), "--keep-dtype"]);
        Outcome both = await Taskvec.RunAsync([.. line, _place.PathOf("both.safetensors"), "--keep-dtype", "--gradients"]);

        Assert.Equal((0, 0, 2), (wide.Code, kept.Code, both.Code));
        (float[] expected, float[] actual) = (TensorFile.Read(_place.PathOf("wide.safetensors"), "logits"), TensorFile.Read(_place.PathOf("kept.safetensors"), "logits"));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * expected.Max(Math.Abs)));
    }

    [Fact]
    public async Task An_edit_that_changes_nothing_gives_what_the_model_gives()
    {
        string model = Golden("vit-rgb");
        string[] line = ["--inputs", Golden("vit-rgb", "io.safetensors"), "--outputs"];

        Outcome plain = await Taskvec.RunAsync(["forward", model, .. line, _place.PathOf("plain.safetensors")]);
        Outcome edit = await Taskvec.RunAsync(["forward", "--edit", "a + 2*(b - a)", "-m", $"a={model}", "-m", $"b={model}", .. line, _place.PathOf("edit.safetensors")]);
        Outcome neither = await Taskvec.RunAsync(["forward", .. line, _place.PathOf("neither.safetensors")]);

        Assert.Equal((0, 0, 2), (plain.Code, edit.Code, neither.Code));
        Assert.Equal(File.ReadAllBytes(_place.PathOf("plain.safetensors")), File.ReadAllBytes(_place.PathOf("edit.safetensors")));
    }

    [Fact]
    public async Task An_existing_output_is_replaced_only_with_force()
    {
        string output = _place.PathOf("out.safetensors");
        File.WriteAllText(output, "mine");
        string[] line = ["forward", Golden("vit-rgb"), "--inputs", Golden("vit-rgb", "io.safetensors"), "--outputs", output];

        Assert.Equal(2, (await Taskvec.RunAsync(line)).Code);
        Assert.Equal("mine", File.ReadAllText(output));
        Assert.Equal(0, (await Taskvec.RunAsync([.. line, "--force"])).Code);
        Assert.NotEmpty(TensorFile.Read(output, "logits"));
    }

    [Fact]
    public async Task Gradients_need_labels_and_a_model_needs_inputs()
    {
        string ids = TensorFile.Write<long>(_place.PathOf("ids.safetensors"), "input_ids", DType.I64, [1, 2, 3], 1, 3);
        string output = _place.PathOf("out.safetensors");

        Outcome unlabelled = await Taskvec.RunAsync("forward", Golden("gpt2-grads"), "--inputs", ids, "--outputs", output, "--gradients");
        Outcome empty = await Taskvec.RunAsync("forward", Golden("gpt2-grads"), "--inputs", Golden("vit-rgb", "model.safetensors"), "--outputs", output);
        Outcome unknown = await Taskvec.RunAsync("forward", _place.Base, "--inputs", ids, "--outputs", output, "--json");

        Assert.Equal(2, unlabelled.Code);
        Assert.Contains("labels", unlabelled.Error, StringComparison.Ordinal);
        Assert.Equal(3, empty.Code);
        Assert.Contains("input_ids", empty.Error, StringComparison.Ordinal);
        Assert.Equal(3, unknown.Code);
        Assert.Equal("model.unknown-architecture", unknown.Json.GetProperty("error").GetProperty("kind").GetString());
        Assert.False(File.Exists(output));
    }

    private static string Golden(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "Golden", "models", .. parts]);
}
