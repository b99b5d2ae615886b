using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Fetching;
using TaskVectors.Models.Data.Text;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Data;

/// <summary>Packages made here stand for those of a registry, so that nothing is downloaded.</summary>
public sealed class FetchingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Only_the_chosen_plain_files_are_unpacked()
    {
        DataPackage package = Package(new PackageSelection("package/data/", ".txt", "set"));
        using Stream tar = Tar(
            Entry("package/data/a.txt", "one"), Entry("package/data/deep/b.txt", "two"), Entry("package/index.js", "code"), Entry("package/data/c.js", "code"),
            new PaxTarEntry(TarEntryType.SymbolicLink, "package/data/link.txt") { LinkName = "/etc/passwd" });
        await PackageUnpacker.UnpackAsync(package, tar, _folder.Path, CancellationToken.None);

        Assert.Equal("one", File.ReadAllText(_folder["set/a.txt"]));
        Assert.Equal("two", File.ReadAllText(_folder["set/deep/b.txt"]));
        Assert.Equal(2, Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Length);
    }

    [Theory]
    [InlineData("package/data/../../evil.txt")]
    [InlineData("package/data//etc/evil.txt")]
    [InlineData("package/data/./evil.txt")]
    [InlineData("package/data/c:evil.txt")]
    [InlineData("package/data/a\\..\\evil.txt")]
    public async Task A_name_that_leaves_its_folder_is_refused(string name)
    {
        string inside = Directory.CreateDirectory(_folder["inside"]).FullName;
        using Stream tar = Tar(Entry(name, "x"));
        DataException failure = await Assert.ThrowsAsync<DataException>(
            () => PackageUnpacker.UnpackAsync(Package(new PackageSelection("package/data/", ".txt", "")), tar, inside, CancellationToken.None));
        Assert.Contains("leaves its folder", failure.Message, StringComparison.Ordinal);
        Assert.Equal([inside], Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_package_without_the_files_or_with_one_twice_or_truncated_is_refused()
    {
        DataPackage package = Package(new PackageSelection("package/data/", "", ""));
        await RefuseAsync(package, Tar(Entry("package/other", "x")));
        await RefuseAsync(package, Tar(Entry("package/data/a", "x"), Entry("package/data/a", "y")));
        byte[] whole = Tar(Entry("package/data/b", new string('x', 5000))).ToArray();
        await RefuseAsync(package, new MemoryStream(whole[..2000]));

        async Task RefuseAsync(DataPackage wanted, Stream tar) => Assert.Equal("data.fetch", (await Assert.ThrowsAsync<DataException>(
            () => PackageUnpacker.UnpackAsync(wanted, tar, _folder.Path, CancellationToken.None))).Kind);
    }

    [Fact]
    public async Task A_file_with_another_hash_is_refused()
    {
        File.WriteAllText(_folder["p.tgz"], "content");
        string sha512 = Convert.ToBase64String(SHA512.HashData(Encoding.UTF8.GetBytes("content")));
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("content")));
        await PackageHash.CheckAsync(Package() with { Hash = $"sha512-{sha512}" }, _folder["p.tgz"], CancellationToken.None);
        await PackageHash.CheckAsync(Package() with { Hash = $"sha256-{sha256}" }, _folder["p.tgz"], CancellationToken.None);
        foreach (string wrong in (string[])[$"sha512-A{sha512[1..]}", $"sha256-{sha512}", ""])
        {
            DataException failure = await Assert.ThrowsAsync<DataException>(
                () => PackageHash.CheckAsync(Package() with { Hash = wrong }, _folder["p.tgz"], CancellationToken.None));
            Assert.Equal("data.hash", failure.Kind);
        }
    }

    [Fact]
    public async Task A_set_in_the_cache_is_not_fetched_again_and_one_of_another_version_is_not_taken_for_it()
    {
        DataSource source = DataSources.Find("mnist");
        _ = Directory.CreateDirectory(_folder["mnist"]);
        DataPackage package = source.Packages[0];
        File.WriteAllText(_folder["mnist/.complete"], $"{package.Name} {package.Version} {package.Hash}\n");
        File.WriteAllText(_folder["mnist/x"], "12345");
        FetchedData data = await new DataFetcher(_folder.Path).FetchAsync(source);
        Assert.True(data.WasThere);
        Assert.Equal((1, 5L), (data.Files, data.Bytes));

        DataSource missing = source with { Packages = [package with { Source = PackageSource.Npm, Name = "x y", Version = "1" }] };
        _ = await Assert.ThrowsAsync<DataException>(() => new DataFetcher(_folder.Path).FetchAsync(missing, cancellationToken: CancellationToken.None));
        Assert.Equal([_folder["mnist"]], Directory.GetDirectories(_folder.Path));
        Assert.True(File.Exists(_folder["mnist/x"]), "what was there stays when fetching fails");
    }

    [Fact]
    public void Mails_become_json_lines_with_their_labels()
    {
        _ = Directory.CreateDirectory(_folder["mails/spam-1"]);
        _ = Directory.CreateDirectory(_folder["mails/hard-ham-1"]);
        File.WriteAllText(_folder["mails/spam-1/1.json"], """{"id": "1", "text": "Buy \"now\"\n"}""");
        File.WriteAllText(_folder["mails/hard-ham-1/2.json"], """{"id": "2", "text": "Héllo"}""");
        SpamMessages.Combine(_folder.Path);

        var set = TextDataset.Open(_folder["messages.jsonl"]);
        Assert.Equal(["ham", "spam"], set.ClassNames);
        Assert.Equal(["Héllo", "Buy \"now\"\n"], Enumerable.Range(0, set.Count).Select(set.TextOf));
        Assert.Equal([0, 1], set.Labels);
        Assert.False(Directory.Exists(_folder["mails"]));
    }

    [Fact]
    public void Every_set_names_its_licence_and_pins_what_it_fetches()
    {
        Assert.Equal(["mnist", "fashion-mnist", "emoji", "spam-assassin"], DataSources.All.Select(source => source.Name));
        Assert.All(DataSources.All, source => Assert.NotEmpty(source.Licence));
        Assert.All(DataSources.All.SelectMany(source => source.Packages), package => Assert.Matches("^sha512-[A-Za-z0-9+/]{86}==$|^sha256-[0-9a-f]{64}$", package.Hash));
        Assert.Contains("mnist, fashion-mnist", Assert.Throws<DataException>(() => DataSources.Find("imagenet")).Message, StringComparison.Ordinal);
    }

    private static DataPackage Package(params PackageSelection[] selections) => new()
    {
        Source = PackageSource.Npm,
        Name = "test",
        Version = "1",
        Hash = "",
        Selections = selections,
    };

    private static PaxTarEntry Entry(string name, string text) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    private static MemoryStream Tar(params TarEntry[] entries)
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        stream.Position = 0;
        return stream;
    }
}
