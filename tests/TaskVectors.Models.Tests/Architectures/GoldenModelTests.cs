using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Generation;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Tests.Architectures;

/// <summary>
/// Small checkpoints of every architecture against outputs, losses and gradients that the reference libraries computed in F64. Tolerances are the cases' own:
/// ten times what the libraries' F32 differs from their F64.
/// </summary>
public sealed class GoldenModelTests : IDisposable
{
    private readonly ComputeContext _context = new(new ComputeOptions { Threads = 2 });

    public static TheoryData<string, string> Models()
    {
        TheoryData<string, string> data = [];
        foreach (string name in GoldenCase.Models())
        {
            data.Add(name, "config.json");
            if (File.Exists(Path.Combine(new GoldenCase(name).ModelFolder, "config.v4.json")))
            {
                data.Add(name, "config.v4.json");
            }
        }

        return data;
    }

    public void Dispose() => _context.Dispose();

    [Theory]
    [MemberData(nameof(Models))]
    public void Model_gives_the_reference_outputs_losses_and_gradients(string name, string config)
    {
        GoldenCase golden = new(name);
        using Model model = Load(golden, config);
        Assert.Empty(model.UnexpectedTensors);
        foreach (JsonProperty run in golden["runs"].EnumerateObject())
        {
            string prefix = run.Value.GetProperty("prefix").GetString()!;
            bool withGradients = run.Value.GetProperty("gradients").GetBoolean();
            Check(golden, model, prefix, withGradients);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Inference_gives_what_recording_gives_and_releases_all_but_its_outputs(string name, string config)
    {
        GoldenCase golden = new(name);
        using Model model = Load(golden, config);
        using TensorScope scope = _context.BeginScope();
        ModelInputs inputs = golden.Inputs(_context, string.Empty) with { WantsHiddenStates = false };
        Dictionary<string, float[]> recorded = [];
        model.RequireGradients();
        foreach ((string output, Tensor tensor) in model.Run(inputs))
        {
            recorded.Add(output, tensor.ToArray());
        }

        _context.ClearTape();
        using IDisposable inference = _context.BeginInference();
        foreach ((string output, Tensor tensor) in model.Run(inputs))
        {
            Assert.Equal(recorded[output], tensor.ToArray());
        }
    }

    [Theory]
    [InlineData("t5-relu-tied")]
    [InlineData("t5-v11-gated-gelu")]
    public void T5_says_the_reference_tokens_greedily(string name)
    {
        GoldenCase golden = new(name);
        using T5Model model = (T5Model)Load(golden, "config.json");

        GeneratedText said = TextGenerator.Generate(model, golden.Inputs(_context, "greedy/"), new GenerationOptions { MaximumNewTokens = 12 });

        Assert.Equal(golden.Tensors.Indices("greedy/greedy_ids").Values.ToArray(), said.Sequences.Values.ToArray());
    }

    /// <summary>The same sums in another order of products: within a few roundings of F32.</summary>
    [Theory]
    [InlineData("t5-relu-tied")]
    [InlineData("t5-v11-gated-gelu")]
    public void A_cache_gives_T5_the_scores_that_the_whole_text_gives(string name)
    {
        GoldenCase golden = new(name);
        using T5Model model = (T5Model)Load(golden, "config.json");
        using IDisposable inference = _context.BeginInference();
        using TensorScope scope = _context.BeginScope();
        ModelInputs inputs = golden.Inputs(_context, "greedy/");
        IndexTensor said = golden.Tensors.Indices("greedy/greedy_ids");
        (int batch, int length) = (said.Size(0), said.Size(1));
        Tensor whole = model.Run(inputs with { DecoderInputIds = said, WantsHiddenStates = false }).Logits!;
        using T5Cache cache = model.CreateCache(inputs, length);
        for (int start = 0, count = 1; start < length; start += count, count = start == 1 ? 3 : 1)
        {
            Tensor scores = model.NextTokenLogits(Columns(said, start, count), cache);
            Tensor expected = whole.Slice(1, start + count - 1, 1);
            Closeness.Require(scores.ToArray(), Array.ConvertAll(expected.ToArray(), value => (double)value), 1e-5, $"{name}, token {start + count}");
        }

        Assert.Equal(length, cache.Length);
        Assert.Contains("are too many", Assert.Throws<ModelException>(() => model.NextTokenLogits(Columns(said, 0, 1), cache)).Message, StringComparison.Ordinal);

        IndexTensor Columns(IndexTensor ids, int start, int count) =>
            new([.. Enumerable.Range(0, batch).SelectMany(row => ids.Values.Slice((row * length) + start, count).ToArray())], batch, count);
    }

    private Model Load(GoldenCase golden, string config) => ModelLoader.Load(
        Checkpoint.Open(golden.ModelFolder), _context, new ModelLoadOptions { ConfigPath = Path.Combine(golden.ModelFolder, config) });

    private void Check(GoldenCase golden, Model model, string prefix, bool withGradients)
    {
        using TensorScope scope = _context.BeginScope();
        model.RequireGradients(_ => withGradients);
        foreach (Tensor parameter in model.Parameters.Values)
        {
            parameter.ClearGradient();
        }

        ModelInputs inputs = golden.Inputs(_context, prefix);
        ModelOutputs outputs = model.Run(inputs);
        string[] names = [.. golden.Tensors.All.Select(tensor => tensor.Name).Where(name => IsOutput(golden, name, prefix))];
        Assert.True(names.Length > 0 || prefix == "greedy/", $"{golden.Name}: no outputs for the run '{prefix}'");
        foreach (string name in names)
        {
            Tensor? output = outputs.Find(name[prefix.Length..]);
            Assert.True(output is not null, $"{golden.Name} gives no {name}");
            double tolerance = golden.Tolerance(name.EndsWith("loss", StringComparison.Ordinal) ? "loss" : "outputs");
            (float[] actual, double[] expected) = Visible(model, inputs, output.ToArray(), golden.Tensors.Numbers(name));
            Closeness.Require(actual, expected, tolerance, $"{golden.Name}, {name}");
        }

        if (withGradients)
        {
            _context.Backward(outputs.Loss!);
            CheckGradients(golden, model);
        }
    }

    private static void CheckGradients(GoldenCase golden, Model model)
    {
        string[] names = [.. golden.Tensors.All.Select(tensor => tensor.Name).Where(name => name.StartsWith("grad/", StringComparison.Ordinal))];
        Assert.Equal(names.Length, model.Parameters.Count);
        double largest = names.Max(name => golden.Tensors.Numbers(name).Max(Math.Abs));
        foreach (string name in names)
        {
            double[] expected = golden.Tensors.Numbers(name);
            float[] actual = model.Parameters[name["grad/".Length..]].Gradient?.ToArray() ?? new float[expected.Length];
            Closeness.Require(actual, expected, golden.Tolerance("gradients"), $"{golden.Name}, {name}", leastScale: 1e-3 * largest);
        }
    }

    /// <summary>What causal models give at padding depends on how a row without keys is defined; only tokens count.</summary>
    private static (float[] Actual, double[] Expected) Visible(Model model, ModelInputs inputs, float[] actual, double[] expected)
    {
        int tokens = inputs.AttentionMask?.Count ?? 0;
        if (model is not CausalLanguageModel || tokens == 0 || actual.Length % tokens != 0)
        {
            return (actual, expected);
        }

        int width = actual.Length / tokens;
        bool IsVisible(int index) => inputs.AttentionMask!.Values[index / width] != 0;
        return ([.. actual.Where((_, index) => IsVisible(index))], [.. expected.Where((_, index) => IsVisible(index))]);
    }

    private static bool IsOutput(GoldenCase golden, string name, string prefix)
    {
        string[] others = [.. golden["runs"].EnumerateObject().Select(run => run.Value.GetProperty("prefix").GetString()!).Where(other => other.Length > 0)];
        return (prefix.Length > 0 ? name.StartsWith(prefix, StringComparison.Ordinal) : !others.Any(other => name.StartsWith(other, StringComparison.Ordinal)))
            && !name[prefix.Length..].StartsWith("in/", StringComparison.Ordinal)
            && !name.StartsWith("grad/", StringComparison.Ordinal)
            && !name.Contains("greedy_", StringComparison.Ordinal);
    }
}
