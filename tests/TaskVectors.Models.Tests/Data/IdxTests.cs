using System.IO.Compression;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Data;

public sealed class IdxTests : IDisposable
{
    private static readonly byte[] Images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
    private static readonly byte[] Labels = [0, 0, 8, 1, 0, 0, 0, 2, 1, 0];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pictures_and_labels_are_read_plain_and_gzipped()
    {
        File.WriteAllBytes(_folder["images"], Images);
        WritePacked("labels.gz", Labels);
        var set = IdxImageDataset.Open(_folder["images"], _folder["labels.gz"]);

        Assert.Equal(2, set.Count);
        Assert.Equal(["0", "1"], set.ClassNames);
        Assert.Equal((1, 0), (set.LabelOf(0), set.LabelOf(1)));
        PixelImage image = set.ImageOf(1);
        Assert.Equal((3, 1, 1), (image.Width, image.Height, image.Channels));
        Assert.Equal([4, 5, 6], image.Values);
    }

    [Fact]
    public void A_fourth_dimension_is_the_channels()
    {
        File.WriteAllBytes(_folder["images"], [0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]);
        File.WriteAllBytes(_folder["labels"], [0, 0, 8, 1, 0, 0, 0, 1, 0]);
        PixelImage image = IdxImageDataset.Open(_folder["images"], _folder["labels"]).ImageOf(0);
        Assert.Equal((2, 1, 3), (image.Width, image.Height, image.Channels));
    }

    [Fact]
    public void A_label_out_of_range_is_an_error_that_names_it()
    {
        File.WriteAllBytes(_folder["images"], Images);
        File.WriteAllBytes(_folder["labels"], Labels);
        DataException failure = Assert.Throws<DataException>(() => IdxImageDataset.Open(_folder["images"], _folder["labels"], ["only"]));
        Assert.Equal("data.label", failure.Kind);
        Assert.Contains("label 1 of example 0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_is_noticed()
    {
        for (int length = 0; length < Images.Length; length++)
        {
            File.WriteAllBytes(_folder["cut"], Images[..length]);
            Assert.Equal(_folder["cut"], Assert.Throws<DataException>(() => IdxArray.Read(_folder["cut"])).File);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 })]
    [InlineData(new byte[] { 0, 0, 8, 3, 0x7F, 255, 255, 255, 0x7F, 255, 255, 255, 0x7F, 255, 255, 255 })]
    [InlineData(new byte[] { 0, 0, 0x0A, 1, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 8, 0 })]
    [InlineData(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 })]
    public void Sizes_that_cannot_be_are_refused(byte[] file)
    {
        File.WriteAllBytes(_folder["bad"], file);
        _ = Assert.Throws<DataException>(() => IdxArray.Read(_folder["bad"]));
    }

    [Fact]
    public void Files_that_do_not_belong_together_and_empty_ones_are_refused()
    {
        File.WriteAllBytes(_folder["images"], Images);
        File.WriteAllBytes(_folder["labels"], [0, 0, 8, 1, 0, 0, 0, 1, 0]);
        Assert.Equal("data.shape", Assert.Throws<DataException>(() => IdxImageDataset.Open(_folder["images"], _folder["labels"])).Kind);
        Assert.Equal("data.shape", Assert.Throws<DataException>(() => IdxImageDataset.Open(_folder["labels"], _folder["labels"])).Kind);
        Assert.Equal("data.missing", Assert.Throws<DataException>(() => IdxImageDataset.Open(_folder["none"], _folder["labels"])).Kind);

        File.WriteAllBytes(_folder["noImages"], [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
        File.WriteAllBytes(_folder["noLabels"], [0, 0, 8, 1, 0, 0, 0, 0]);
        Assert.Equal("data.empty", Assert.Throws<DataException>(() => IdxImageDataset.Open(_folder["noImages"], _folder["noLabels"])).Kind);
    }

    [Fact]
    public void Damaged_gzip_is_an_error_that_names_the_file()
    {
        File.WriteAllBytes(_folder["x.gz"], [0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Assert.Equal(_folder["x.gz"], Assert.Throws<DataException>(() => IdxArray.Read(_folder["x.gz"])).File);
    }

    private void WritePacked(string name, byte[] bytes)
    {
        using FileStream file = File.Create(_folder[name]);
        using var packed = new GZipStream(file, CompressionLevel.Fastest);
        packed.Write(bytes);
    }
}
