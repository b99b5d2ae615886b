using System.Text.Json;
using TaskVectors.Tensors;
using TaskVectors.Tests;

namespace TaskVectors.Cli.Tests.Zoo;

/// <summary>A tiny trained Llama and its fine-tunes run by the command line: the recorded tokens and scores, and the text that follows from them.</summary>
public sealed class ZooLanguageTests : IDisposable
{
    /// <summary>Scores are recorded with five digits after the point, from another program's F32.</summary>
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Models => ["tweets", "offensive", "neutral", "shakespeare", "amazon"];

    public void Dispose() => _folder.Dispose();

    [ZooTheory]
    [MemberData(nameof(Models))]
    public async Task Scores_after_the_prompt_are_those_recorded(string name)
    {
        using JsonDocument recorded = JsonDocument.Parse(File.ReadAllText(ZooFolder.Of("zoo", "stories260K-expected.json")));
        int[] ids = Integers(recorded.RootElement.GetProperty("token_ids"));
        Outcome tokens = await Taskvec.RunAsync("tokenize", Family, recorded.RootElement.GetProperty("prompt").GetString()!, "--json");
        Assert.Equal(ids, Integers(tokens.Json[0].GetProperty("ids")));

        float[] scores = await ScoresAsync(ids, Model(name), "--config", Config);

        int[] places = Integers(recorded.RootElement.GetProperty("logit_token_ids"));
        double[] expected = [.. recorded.RootElement.GetProperty("logits_last_position").GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
        Assert.All(places.Zip(expected), pair => Assert.Equal(pair.Second, scores[pair.First], Tolerance));
    }

    /// <summary>Greedy text, token by token from whole forward passes of the unsaved edit, and from the cache.</summary>
    [ZooFact]
    public async Task Greedy_text_is_the_likeliest_token_of_whole_passes_step_by_step()
    {
        using JsonDocument recorded = JsonDocument.Parse(File.ReadAllText(ZooFolder.Of("zoo", "stories260K-expected.json")));
        string[] edit = ["--edit", "tweets + 0.5*(shakespeare - tweets)", "-m", $"tweets={Model("tweets")}", "-m", $"shakespeare={Model("shakespeare")}", "--config", Config];
        List<int> ids = [.. Integers(recorded.RootElement.GetProperty("token_ids"))];
        int start = ids.Count;

        Outcome outcome = await Taskvec.RunAsync(
            ["generate", .. edit, "--tokenizer", Family, "--prompt", recorded.RootElement.GetProperty("prompt").GetString()!, "--max-tokens", "12", "--ignore-end", "--json"]);
        for (int step = 0; step < 12; step++)
        {
            float[] scores = await ScoresAsync([.. ids], edit);
            ids.Add(Array.IndexOf(scores, scores.Max()));
        }

        Assert.Equal(0, outcome.Code);
        Assert.Equal(ids.Skip(start), Integers(outcome.Json.GetProperty("texts")[0].GetProperty("ids")));
    }

    private static string Family => ZooFolder.Of("data", "lm", "stories260K");

    private static string Config => Path.Combine(Family, "config.json");

    private static string Model(string name) => ZooFolder.Of("zoo", $"stories260K-{name}.safetensors");

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    /// <summary>The scores of the token after some.</summary>
    private async Task<float[]> ScoresAsync(int[] ids, params string[] model)
    {
        string inputs = TensorFile.Write<long>(_folder["ids.safetensors"], "input_ids", DType.I64, [.. ids], 1, ids.Length);
        string output = _folder["out.safetensors"];
        Outcome outcome = await Taskvec.RunAsync(["forward", .. model, "--inputs", inputs, "--outputs", output, "--force"]);
        Assert.True(outcome.Code == 0, outcome.Error);
        float[] scores = TensorFile.Read(output, "logits");
        return scores[^(scores.Length / ids.Length)..];
    }
}
