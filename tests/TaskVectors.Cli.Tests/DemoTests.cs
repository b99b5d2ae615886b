using System.Text.Json;
using TaskVectors.Models.Data.Fetching;
using TaskVectors.Tests;

namespace TaskVectors.Cli.Tests;

public sealed class DemoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_test_images_the_demo_shows_the_rest()
    {
        Outcome outcome = await Taskvec.RunAsync("demo", "--offline", "--json");

        Assert.Equal(0, outcome.Code);
        Assert.Equal(4, outcome.Json.GetProperty("steps").GetArrayLength());
        Assert.Equal(0, outcome.Json.GetProperty("accuracies").GetArrayLength());
    }

    [Fact]
    public async Task With_test_images_every_model_is_measured_on_every_set()
    {
        AddSet("mnist");
        AddSet("fashion-mnist");
        Outcome json = await Taskvec.RunAsync("demo", "--cache", _folder.Path, "--json");
        Outcome text = await Taskvec.RunAsync("demo", "--cache", _folder.Path);

        Assert.Equal((0, 0), (json.Code, text.Code));
        JsonElement[] accuracies = [.. json.Json.GetProperty("accuracies").EnumerateArray()];
        Assert.Equal(12, accuracies.Length);
        Assert.All(accuracies, item => Assert.Equal(30, item.GetProperty("accuracy").GetProperty("count").GetInt32()));
        Assert.Equal(6, accuracies.Select(item => item.GetProperty("model").GetString()).Distinct().Count());
        Assert.Contains("fine-tuned on MNIST", text.Output, StringComparison.Ordinal);
        Assert.Contains("fashion-mnist", text.Output, StringComparison.Ordinal);
    }

    private void AddSet(string name)
    {
        DataPackage package = DataSources.Find(name).Packages[0];
        string folder = Directory.CreateDirectory(_folder[name]).FullName;
        File.WriteAllText(Path.Combine(folder, ".complete"), $"{package.Name} {package.Version} {package.Hash}\n");
        byte[] pixels = new byte[30 * 28 * 28];
        new Random(2).NextBytes(pixels);
        _ = IdxFile.Write(Path.Combine(folder, "t10k-images-idx3-ubyte"), [30, 28, 28], pixels);
        _ = IdxFile.Write(Path.Combine(folder, "t10k-labels-idx1-ubyte"), [30], [.. Enumerable.Range(0, 30).Select(example => (byte)(example % 10))]);
    }
}
