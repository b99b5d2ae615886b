using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_are_classes_in_the_order_of_their_names()
    {
        AddPicture("b", "2.png", 20);
        AddPicture("b", "10.png", 30);
        AddPicture("a", "x.PNG", 10);
        File.WriteAllText(_folder["b/notes.txt"], "not a picture");
        var set = ImageFolderDataset.Open(_folder.Path);

        Assert.Equal(["a", "b"], set.ClassNames);
        Assert.Equal([0, 1, 1], Enumerable.Range(0, set.Count).Select(set.LabelOf));
        Assert.Equal([10, 30, 20], Enumerable.Range(0, set.Count).Select(index => (int)set.ImageOf(index).Values[0]));
        var subset = new ImageSubset(set, [2, 0]);
        Assert.Equal([20, 10], Enumerable.Range(0, subset.Count).Select(index => (int)subset.ImageOf(index).Values[0]));
    }

    [Fact]
    public void A_class_without_pictures_and_a_missing_folder_are_errors()
    {
        AddPicture("a", "x.png", 1);
        _ = Directory.CreateDirectory(_folder["empty"]);
        Assert.Equal(_folder["empty"], Assert.Throws<DataException>(() => ImageFolderDataset.Open(_folder.Path)).File);
        Assert.Equal("data.missing", Assert.Throws<DataException>(() => ImageFolderDataset.Open(_folder["none"])).Kind);
        Assert.Equal("data.empty", Assert.Throws<DataException>(() => ImageFolderDataset.Open(_folder["a"])).Kind);
    }

    [Fact]
    public void A_truncated_picture_is_an_error_that_names_its_file()
    {
        AddPicture("a", "x.png", 1);
        File.WriteAllBytes(_folder["a/x.png"], File.ReadAllBytes(_folder["a/x.png"])[..40]);
        Assert.Equal(_folder["a/x.png"], Assert.Throws<DataException>(() => ImageFolderDataset.Open(_folder.Path).ImageOf(0)).File);
    }

    [Fact]
    public void Jpeg_is_read_where_its_library_is_and_else_told_what_to_install()
    {
        const string grey = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAACAAMBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APNK/9k=";
        const string colour = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAACAAMDAREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwCpX4ef0gf/2Q==";
        try
        {
            PixelImage image = ImageFile.Decode(Convert.FromBase64String(grey), "x.jpg");
            Assert.Equal((3, 2, 1), (image.Width, image.Height, image.Channels));
            Assert.All(image.Values, value => Assert.InRange(value, 98, 102)); // quality 90
            PixelImage red = ImageFile.Decode(Convert.FromBase64String(colour), "x.jpg");
            Assert.Equal(3, red.Channels);
            Assert.All(red.Values.Chunk(3), pixel => Assert.True(Math.Abs(pixel[0] - 200) + Math.Abs(pixel[1] - 100) + Math.Abs(pixel[2] - 50) < 8));
            Assert.Equal("image.damaged", Assert.Throws<DataException>(() => ImageFile.Decode(Convert.FromBase64String(colour)[..200], "x.jpg")).Kind);
        }
        catch (DataException failure) when (failure.Kind == "image.jpeg")
        {
            Assert.Contains("libturbojpeg", failure.Message, StringComparison.Ordinal);
            Assert.Equal("x.jpg", failure.File);
        }
    }

    [Fact]
    public void Colour_becomes_grey_and_grey_becomes_colour_as_the_reference_does()
    {
        var colour = new PixelImage(2, 1, 4, [255, 0, 0, 9, 10, 20, 30, 9]);
        Assert.Equal([76, 18], colour.ToGrey().Values);
        Assert.Equal([255, 0, 0, 10, 20, 30], colour.ToRgb().Values);
        Assert.Equal([7, 7, 7], new PixelImage(1, 1, 2, [7, 1]).ToRgb().Values);
    }

    [Theory]
    [InlineData("{}", "size")]
    [InlineData("""{"size": {"width": 3}}""", "size")]
    [InlineData("""{"size": {"shortest_edge": 0}}""", "size.shortest_edge")]
    [InlineData("""{"size": 4, "resample": 9}""", "resample")]
    [InlineData("""{"size": 4, "image_mean": [0, 1]}""", "image_mean")]
    [InlineData("""{"size": 4, "image_mean": [0], "image_std": [0]}""", "image_std")]
    [InlineData("""{"size": 4, "do_rescale": 1}""", "do_rescale")]
    [InlineData("[", "JSON")]
    public void What_is_wrong_in_a_processor_s_file_is_named(string json, string expected)
    {
        File.WriteAllText(_folder["preprocessor_config.json"], json);
        DataException failure = Assert.Throws<DataException>(() => ImageProcessor.Load(_folder.Path));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Equal(_folder["preprocessor_config.json"], failure.File);
    }

    private void AddPicture(string group, string name, byte value)
    {
        _ = Directory.CreateDirectory(_folder[group]);
        File.WriteAllBytes(_folder[$"{group}/{name}"], PngWriter.Write(2, 2, 8, 0, false, (_, _, _) => value));
    }
}
