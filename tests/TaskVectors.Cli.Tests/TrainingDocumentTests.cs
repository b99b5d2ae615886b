using System.IO.Compression;
using TaskVectors.Models.Training.Configuration;

namespace TaskVectors.Cli.Tests;

/// <summary>docs/training.md lists every key, and the samples are configurations without a mistake.</summary>
public sealed class TrainingDocumentTests
{
    public static TheoryData<string> Samples() =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "samples", "training"), "*.yml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_page_lists_every_key()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "training.md"));

        Assert.All(TrainingConfiguration.Keys, key => Assert.Contains($"`{key}`", page, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Samples_have_no_mistake_and_are_listed(string sample)
    {
        string folder = Path.Combine(Repository.Root, "samples", "training");

        Assert.Empty(TrainingConfiguration.Load(Path.Combine(folder, sample)).Problems);
        Assert.Contains($"[{sample}]({sample})", File.ReadAllText(Path.Combine(folder, "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_that_needs_only_fetched_data_finds_everything_else()
    {
        string folder = Directory.CreateTempSubdirectory("taskvec-training-").FullName;
        try
        {
            string yaml = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "samples", "training", "fashion.yml"));
            await File.WriteAllTextAsync(Path.Combine(folder, "fashion.yml"), yaml.Replace("../vit-small", Path.Combine(Repository.Root, "samples", "vit-small"), StringComparison.Ordinal));
            string data = Directory.CreateDirectory(Path.Combine(folder, "data", "fashion-mnist")).FullName;
            Pack(IdxFile.Write(Path.Combine(data, "train-images-idx3-ubyte"), [100, 28, 28], new byte[100 * 28 * 28]));
            Pack(IdxFile.Write(Path.Combine(data, "train-labels-idx1-ubyte"), [100], [.. Enumerable.Range(0, 100).Select(example => (byte)(example % 2))]));

            Outcome outcome = await Taskvec.RunAsync("train", Path.Combine(folder, "fashion.yml"), "-o", Path.Combine(folder, "out"), "--dry-run", "--json");

            Assert.True(outcome.Code == 0, outcome.Error + outcome.Output);
            Assert.Equal(98, outcome.Json.GetProperty("examples").GetInt32());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Pack(string file)
    {
        using GZipStream packed = new(File.Create(file + ".gz"), CompressionLevel.Fastest);
        packed.Write(File.ReadAllBytes(file));
    }
}
