using System.Text.Json;
using TaskVectors.Tests;

namespace TaskVectors.Cli.Tests.Zoo;

/// <summary>A pre-trained sentence encoder and its adapters measured by the command line: the recorded predictions.</summary>
public sealed class ZooTextTests : IDisposable
{
    /// <summary>Near ties fall either way between implementations.</summary>
    private const int MostDifferences = 2;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Tasks => ["books", "kitchen", "rt", "olid", "davidson", "spam", "topic", "author"];

    public void Dispose() => _folder.Dispose();

    [ZooTheory]
    [MemberData(nameof(Tasks))]
    public async Task Predictions_of_base_and_unsaved_edit_are_those_recorded(string task)
    {
        using JsonDocument ids = JsonDocument.Parse(File.ReadAllText(ZooFolder.Of("zoo", "minilm", "eval-ids.json")));
        JsonElement test = ids.RootElement.GetProperty(task).GetProperty("test");
        IEnumerable<JsonElement> labels = test.GetProperty("labels").EnumerateArray();
        File.WriteAllLines(
            _folder["texts.jsonl"],
            test.GetProperty("ids").EnumerateArray().Zip(labels, (text, label) => $$"""{"ids": {{text.GetRawText().ReplaceLineEndings(" ")}}, "label": {{label.GetRawText()}}}"""));
        using JsonDocument recorded = JsonDocument.Parse(File.ReadAllText(ZooFolder.Of("zoo", "minilm", "predictions.json")));
        string @base = ZooFolder.Of("zoo", "minilm", "base");

        int[] plain = await PredictAsync(task, @base);
        int[] edited = await PredictAsync(task, "--edit", "base + adapter", "-m", $"base={@base}", "-m", $"adapter={ZooFolder.Of("zoo", "minilm", $"lora-{task}")}");

        Require(recorded.RootElement.GetProperty(task).GetProperty("base"), plain);
        Require(recorded.RootElement.GetProperty(task).GetProperty("lora"), edited);
        Assert.NotEqual(plain, edited);
    }

    private static void Require(JsonElement recorded, int[] actual)
    {
        int[] expected = [.. recorded.EnumerateArray().Select(item => item.GetInt32())];
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual).Count(pair => pair.First != pair.Second), 0, MostDifferences);
    }

    private async Task<int[]> PredictAsync(string task, params string[] model)
    {
        Outcome outcome = await Taskvec.RunAsync(
        [
            "eval", .. model, "--task", "text-classification", "--data", _folder["texts.jsonl"], "--ids-column", "ids",
            "--head", ZooFolder.Of("zoo", "minilm", "heads.safetensors"), "--head-name", task, "--json", "--predictions",
        ]);
        Assert.True(outcome.Code == 0, outcome.Output);
        return [.. outcome.Json.GetProperty("predictions").EnumerateArray().Select(item => item.GetInt32())];
    }
}
