using System.Text.Json;
using TaskVectors.Models.Data;
using TaskVectors.Tensors;
using TaskVectors.Tests;

namespace TaskVectors.Cli.Tests.Zoo;

/// <summary>Vision transformers measured by the command line: the recorded accuracies, to the last example.</summary>
public sealed class ZooImageTests : IDisposable
{
    private const int MostExamples = 2000;
    private const int TestShare = 5;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Sets()
    {
        TheoryData<string, string> sets = [];
        foreach (string set in (string[])["mnist", "fashion", "usps", "notmnist", "kannada", "quickdraw", "gtsrb", "cifar10"])
        {
            sets.Add(set, "base");
            sets.Add(set, "finetuned");
        }

        return sets;
    }

    public void Dispose() => _folder.Dispose();

    [ZooTheory]
    [MemberData(nameof(Sets))]
    public async Task Accuracies_are_those_recorded_to_the_last_example(string set, string kind)
    {
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(ZooFolder.Of("zoo", "vit-small", "expected.json")));
        (string images, string labels, bool isWhole) = await FilesAsync(set);
        int count = IdxImageDataset.Open(images, labels).Count;
        int[] chosen = [.. Enumerable.Range(0, count).OrderBy(Hash).Take(Math.Min(MostExamples, isWhole ? count / TestShare : count))];
        File.WriteAllLines(_folder["indices.txt"], chosen.Select(index => $"{index}"));
        string model = ZooFolder.Of("zoo", "vit-small", $"{(kind == "base" ? "base" : set)}.safetensors");

        Outcome outcome = await Taskvec.RunAsync(
        [
            "eval", model, "--task", "image-classification", "--data", images, "--labels", labels, "--indices", _folder["indices.txt"],
            "--head", ZooFolder.Of("zoo", "vit-small", "heads.safetensors"), "--head-name", set, "--mean", "0.5", "--std", "0.5", "--keep-fractions", "--json",
            .. set is "gtsrb" or "cifar10" ? ["--resize", "none", "--crop", "28"] : Array.Empty<string>(),
        ]);

        Assert.Equal(0, outcome.Code);
        JsonElement accuracy = outcome.Json.GetProperty("metrics")[0];
        double recorded = expected.RootElement.GetProperty("test_accuracy").GetProperty(kind).GetProperty(set).GetDouble();
        Assert.Equal(chosen.Length, accuracy.GetProperty("count").GetInt32());
        Assert.Equal(Math.Round(recorded * chosen.Length), Math.Round(accuracy.GetProperty("value").GetDouble() * chosen.Length));
    }

    [ZooTheory]
    [MemberData(nameof(Sets))]
    public async Task Scores_are_those_recorded(string set, string kind)
    {
        const double Tolerance = 1e-4;
        string check = ZooFolder.Of("zoo", "vit-small", "check.safetensors");
        string heads = ZooFolder.Of("zoo", "vit-small", "heads.safetensors");
        string inputs = TensorFile.Write(_folder["in.safetensors"], "pixel_values", DType.F32, TensorFile.Read(check, $"{set}.pixel_values"), 4, 1, 28, 28);
        string model = ZooFolder.Of("zoo", "vit-small", $"{(kind == "base" ? "base" : set)}.safetensors");

        Outcome outcome = await Taskvec.RunAsync("forward", model, "--inputs", inputs, "--outputs", _folder["out.safetensors"]);

        Assert.Equal(0, outcome.Code);
        float[] vectors = TensorFile.Read(_folder["out.safetensors"], "class_token");
        (float[] weight, float[] bias) = (TensorFile.Read(heads, $"{set}.classifier.weight"), TensorFile.Read(heads, $"{set}.classifier.bias"));
        float[][] rows = [.. weight.Chunk(weight.Length / bias.Length)];
        double[] scores = [.. vectors.Chunk(vectors.Length / 4).SelectMany(vector => rows.Select((row, label) => bias[label] + row.Zip(vector, (left, right) => (double)left * right).Sum()))];
        Assert.All(TensorFile.Read(check, $"{set}.logits.{kind}").Zip(scores), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    /// <summary>The finaliser of MurmurHash3 (Appleby, public domain), by which the recorded splits are ordered.</summary>
    internal static uint Hash(int index)
    {
        uint hash = (uint)index + 1;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }

    private static async Task<(string Images, string Labels, bool IsWhole)> FilesAsync(string set)
    {
        string? stem = set switch
        {
            "usps" or "gtsrb" or "cifar10" => $"{set}-test",
            "notmnist" or "kannada" => $"{set}10k",
            "quickdraw" => "quickdraw6",
            _ => null,
        };
        if (stem is not null)
        {
            return (ZooFolder.Of("data", "images", $"{stem}-images.idx.gz"), ZooFolder.Of("data", "images", $"{stem}-labels.idx.gz"), !stem.EndsWith("-test", StringComparison.Ordinal));
        }

        Outcome fetched = await Taskvec.RunAsync("data", "fetch", set == "fashion" ? "fashion-mnist" : set, "--json");
        Assert.True(fetched.Code == 0, fetched.Output);
        string folder = fetched.Json.GetProperty("folder").GetString()!;
        return (Directory.GetFiles(folder, "t10k-images*").Single(), Directory.GetFiles(folder, "t10k-labels*").Single(), false);
    }
}
