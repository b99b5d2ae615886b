using System.IO.Compression;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Text;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Data;

public sealed class TextDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Csv_has_quoted_fields_with_commas_quotes_and_line_ends()
    {
        var table = DelimitedTable.Read(Write("x.csv", "\uFEFFid,text,label\r\n1,\"a, \"\"b\"\"\nc\",x\r\n2,,\"\"\n3,d\"e,f"));
        Assert.Equal(["id", "text", "label"], table.Columns);
        Assert.Equal([["1", "a, \"b\"\nc", "x"], ["2", "", ""], ["3", "d\"e", "f"]], table.Rows);
        Assert.Equal(2, table.IndexOf("label"));
    }

    [Fact]
    public void Tsv_takes_quotes_as_they_are()
    {
        string file = _folder["x.tsv.gz"];
        using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest))
        {
            packed.Write("text\tlabel\n\"hi, he said\tNOT\nyou\" there\tOFF\n"u8);
        }

        var set = TextDataset.Open(file);
        Assert.Equal(["NOT", "OFF"], set.ClassNames);
        Assert.Equal("\"hi, he said", set.TextOf(0));
        Assert.Equal([0, 1], set.Labels);
    }

    [Theory]
    [InlineData("a,b\n1,2,3\n", "line 2 has 3 fields")]
    [InlineData("a,b\n\"x\ny\",1\n2\n", "line 4 has 1 fields")]
    [InlineData("a,b\n1,\"2\n", "opens in line 2")]
    [InlineData("a\n\"1\"2\n", "line 2")]
    [InlineData("", "empty")]
    public void What_is_wrong_in_csv_is_named_with_its_line(string text, string expected)
    {
        DataException failure = Assert.Throws<DataException>(() => DelimitedTable.Read(Write("x.csv", text)));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Equal(_folder["x.csv"], failure.File);
    }

    [Fact]
    public void Json_lines_give_texts_and_labels_by_name_or_number()
    {
        string file = Write("x.jsonl", "{\"t\": \"a\", \"y\": 1}\n\n{\"t\": \"b\", \"y\": \"neg\"}\n");
        var options = new TextDatasetOptions { TextColumn = "t", LabelColumn = "y", ClassNames = ["neg", "pos"] };
        var set = TextDataset.Open(file, options);
        Assert.Equal([1, 0], set.Labels);
        Assert.Equal(["a", "b"], Enumerable.Range(0, set.Count).Select(set.TextOf));
    }

    [Theory]
    [InlineData("{\"text\": \"a\", \"label\": 2}", "data.label", "label '2' of example 0")]
    [InlineData("{\"text\": \"a\"}", "data.column", "'label'")]
    [InlineData("{\"text\": [], \"label\": 1}", "data.column", "'text'")]
    [InlineData("{\"text\": \"\\ud800\", \"label\": 1}", "data.encoding", "Unicode")]
    [InlineData("{\"text\": ", "data.malformed", "line 1")]
    [InlineData("[]", "data.malformed", "line 1")]
    [InlineData("", "data.empty", "no examples")]
    public void What_is_wrong_in_json_lines_is_named(string text, string kind, string expected)
    {
        var options = new TextDatasetOptions { ClassNames = ["no", "yes"] };
        DataException failure = Assert.Throws<DataException>(() => TextDataset.Open(Write("x.jsonl", text), options));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_are_texts_without_labels_whatever_their_ends()
    {
        var set = TextDataset.Open(Write("x.txt", "a\r\n\nb c\n"));
        Assert.Equal(["a", "", "b c"], Enumerable.Range(0, set.Count).Select(set.TextOf));
        Assert.Empty(set.ClassNames);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_an_error_that_tells_the_line()
    {
        File.WriteAllBytes(_folder["x.txt"], [(byte)'a', (byte)'\n', (byte)'b', 0xE9, (byte)'\n']);
        Assert.Contains("line 2", Assert.Throws<DataException>(() => TextFiles.ReadLines(_folder["x.txt"])).Message, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }
}
