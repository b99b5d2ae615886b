using System.Text;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Data.Text;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Data;

/// <summary>Pictures, arrays and tables with small damage are read or refused.</summary>
public class DataFuzzTests
{
    [Fact]
    public void A_damaged_png_is_a_picture_or_an_error()
    {
        byte[][] seeds =
        [
            PngWriter.Write(7, 5, 8, 2, interlaced: false, (x, y, channel) => x * y + channel),
            PngWriter.Write(9, 9, 1, 0, interlaced: true, (x, y, _) => (x + y) % 2),
            PngWriter.Write(6, 4, 16, 6, interlaced: false, (x, y, channel) => (x << 10) + (y << channel)),
            PngWriter.Write(5, 5, 4, 3, interlaced: false, (x, y, _) => (x + y) % 4, palette: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], transparency: [0, 128]),
        ];
        RequireAnswers(seeds, bytes => _ = ImageFile.Decode(bytes, "a.png"), "IDAT", "PLTE", "IEND", "\u007f\u007f");
    }

    [Fact]
    public void A_damaged_array_is_read_or_an_error()
    {
        using var folder = new TemporaryFolder();
        byte[] seed = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        RequireAnswers([seed], bytes =>
        {
            File.WriteAllBytes(folder["a.idx"], bytes);
            _ = IdxArray.Read(folder["a.idx"]);
        });
    }

    [Theory]
    [InlineData(".csv", "text,label\n\"a \"\"b\"\", c\",x\nd,y\n\"two\nlines\",x\n")]
    [InlineData(".tsv", "label\ttext\nx\ta b\ny\tc\n")]
    [InlineData(".jsonl", "{\"text\": \"a\\u00e9\", \"label\": 1}\n{\"text\": \"b\", \"label\": 0}\n")]
    public void A_damaged_table_is_read_or_an_error(string extension, string text)
    {
        using var folder = new TemporaryFolder();
        RequireAnswers([Encoding.UTF8.GetBytes(text)], bytes =>
        {
            File.WriteAllBytes(folder["a" + extension], bytes);
            _ = TextDataset.Open(folder["a" + extension]);
        }, "\"", ",", "\t", "\n", "\r", "{", "}", "\\ud800", "1e999", "\0");
    }

    private static void RequireAnswers(byte[][] seeds, Action<byte[]> read, params string[] tokens) => new Mutations(seeds, tokens).RequireAnswers(read);
}
