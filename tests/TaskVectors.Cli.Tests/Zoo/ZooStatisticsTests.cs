using TaskVectors.Models.Data;
using TaskVectors.Tests;

namespace TaskVectors.Cli.Tests.Zoo;

/// <summary>What statistics of data are worth: two vision transformers merged by them, beside their plain mean, on test images.</summary>
public sealed class ZooStatisticsTests : IDisposable
{
    private const int TestExamples = 2000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ZooFact]
    public async Task Merges_by_statistics_of_training_images_beat_the_mean_on_test_images()
    {
        File.Copy(ZooFolder.Of("zoo", "vit-small", "config.json"), _folder["config.json"]);
        double mean = await MergedAsync("linear", null, "--set", "weight=1");
        double fisher = await MergedAsync("fisher", "fisher");
        double regression = await MergedAsync("regmean", "gram");

        // With 1000 examples: 0.820, 0.857 and 0.863.
        Assert.InRange(mean, 0.81, 0.83);
        Assert.True(fisher > mean + 0.015, $"fisher {fisher}, mean {mean}");
        Assert.True(regression > mean + 0.015, $"regmean {regression}, mean {mean}");
    }

    private async Task<double> MergedAsync(string method, string? kind, params string[] settings)
    {
        var line = new List<string>(["merge", "--method", method, $"usps={Model("usps")}", $"kannada={Model("kannada")}", .. settings, "-o", _folder[$"{method}.safetensors"]]);
        foreach (string set in kind is null ? [] : new[] { "usps", "kannada" })
        {
            string file = _folder[$"{set}.{kind}.safetensors"];
            await RunAsync(["statistics", Model(set), "--kind", kind!, .. Options(set, isTest: false), "--examples", "200", "-o", file]);
            line.AddRange(["--set", $"{set}.statistics={file}"]);
        }

        await RunAsync([.. line]);
        return (await AccuracyAsync("usps", method) + await AccuracyAsync("kannada", method)) / 2;
    }

    private async Task<double> AccuracyAsync(string set, string method) =>
        (await RunAsync(["eval", _folder[$"{method}.safetensors"], .. Options(set, isTest: true), "--json"])).Json.GetProperty("metrics")[0].GetProperty("value").GetDouble();

    // The order and the parts of the checkpoints' own split.
    private string[] Options(string set, bool isTest)
    {
        string stem = set == "usps" ? $"usps-{(isTest ? "test" : "train")}" : "kannada10k";
        string images = ZooFolder.Of("data", "images", $"{stem}-images.idx.gz");
        string labels = ZooFolder.Of("data", "images", $"{stem}-labels.idx.gz");
        int[] order = [.. Enumerable.Range(0, IdxImageDataset.Open(images, labels).Count).OrderBy(ZooImageTests.Hash)];
        int held = order.Length / 10;
        IEnumerable<int> chosen = isTest ? order.Take(TestExamples) : order.Skip(set == "usps" ? held : TestExamples + held);
        string indices = _folder[$"{set}.{isTest}.txt"];
        File.WriteAllLines(indices, chosen.Select(index => $"{index}"));
        return
        [
            "--task", "image-classification", "--data", images, "--labels", labels, "--indices", indices, "--head", ZooFolder.Of("zoo", "vit-small", "heads.safetensors"), "--head-name", set,
            "--mean", "0.5", "--std", "0.5", "--keep-fractions",
        ];
    }

    private static string Model(string set) => ZooFolder.Of("zoo", "vit-small", $"{set}.safetensors");

    private static async Task<Outcome> RunAsync(string[] line)
    {
        Outcome outcome = await Taskvec.RunAsync(line);
        Assert.True(outcome.Code == 0, outcome.Error);
        return outcome;
    }
}
