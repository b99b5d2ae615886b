using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Safetensors;

public class SafetensorsLayoutTests
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    [Fact]
    public void The_header_of_a_small_file_is_exactly_this()
    {
        TensorInfo[] tensors =
        [
            new("b", DType.F16, new TensorShape(2, 3)),
            new("é\"\n\u0001\\😀", DType.F64, new TensorShape([])),
            new("a", DType.F16, new TensorShape(0)),
        ];
        var metadata = new Dictionary<string, string> { ["z"] = "1", ["format"] = "pt" };
        var layout = Assert.Single(SafetensorsLayout.Plan(tensors, metadata, 1000));

        string json = """
            {"__metadata__":{"format":"pt","z":"1"},
            "é\"\n\u0001\\😀":{"dtype":"F64","shape":[],"data_offsets":[0,8]},
            "a":{"dtype":"F16","shape":[0],"data_offsets":[8,8]},
            "b":{"dtype":"F16","shape":[2,3],"data_offsets":[8,20]}}
            """.ReplaceLineEndings("");
        int jsonLength = Encoding.UTF8.GetByteCount(json);
        int length = (8 + jsonLength + 63) / 64 * 64;
        Assert.Equal("model.safetensors", layout.FileName);
        Assert.Equal(length - 8, BinaryPrimitives.ReadInt64LittleEndian(layout.Header.Span));
        Assert.Equal(json + new string(' ', length - 8 - jsonLength), Encoding.UTF8.GetString(layout.Header.Span[8..]));
        Assert.Equal(length + 20, layout.Length);
    }

    [Fact]
    public void A_header_differs_from_the_reference_writers_in_padding_only()
    {
        const string path = "valid/tied.safetensors";
        byte[] official = File.ReadAllBytes(Path.Combine(GoldenCase.Root, path));
        string expected = Encoding.UTF8.GetString(official.AsSpan(8, (int)BinaryPrimitives.ReadInt64LittleEndian(official)));
        var header = SafetensorsHeader.Read(Path.Combine(GoldenCase.Root, path));
        var layout = SafetensorsLayout.Plan(header.Tensors.Select(placed => placed.Tensor), header.Metadata, long.MaxValue)[0];
        Assert.Equal(expected.TrimEnd(' '), Encoding.UTF8.GetString(layout.Header.Span[8..]).TrimEnd(' '));
    }

    [Property(MaxTest = 200)]
    public void Tensors_are_contiguous_aligned_and_ordered_and_the_header_says_so(string[] names, int seed)
    {
        var tensors = Tensors(names, seed);
        long limit = new Random(seed).NextInt64(1, 400);
        var layouts = SafetensorsLayout.Plan(tensors, NoMetadata, limit);
        foreach (var layout in layouts)
        {
            long offset = layout.Header.Length;
            Assert.Equal(0, offset % 64);
            var entries = HeaderEntries(layout.Header.Span);
            Assert.Equal(layout.Tensors.Count, entries.Count);
            foreach (var (tensor, placed) in layout.Tensors)
            {
                Assert.Equal(offset, placed);
                Assert.True(tensor.DType.BitSize() < 8 || placed % (tensor.DType.BitSize() / 8) == 0);
                var (dtype, shape, begin, end) = entries[tensor.Name];
                Assert.Equal(tensor.DType.Name(), dtype);
                Assert.Equal(tensor.Shape.Dimensions.ToArray(), shape);
                Assert.Equal((placed - layout.Header.Length, placed - layout.Header.Length + tensor.ByteCount), (begin, end));
                offset += tensor.ByteCount;
            }

            Assert.Equal(offset, layout.Length);
            Assert.True(layout.Tensors.Count <= 1 || layout.DataLength <= limit);
        }

        string[] expected = [.. tensors
            .OrderBy(tensor => -tensor.DType.BitSize())
            .ThenBy(tensor => Convert.ToHexString(Encoding.UTF8.GetBytes(tensor.Name)), StringComparer.Ordinal)
            .Select(tensor => tensor.Name)];
        Assert.Equal(expected, layouts.SelectMany(layout => layout.Tensors).Select(placed => placed.Tensor.Name));
        Assert.Equal(layouts.Select(layout => layout.FileName).Order(StringComparer.Ordinal), layouts.Select(layout => layout.FileName));
    }

    [Property(MaxTest = 100)]
    public void The_order_of_tensors_and_metadata_given_does_not_change_a_byte(string[] names, int seed)
    {
        var tensors = Tensors(names, seed);
        var metadata = tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Name + "!");
        var shuffled = tensors.ToArray();
        new Random(~seed).Shuffle(shuffled);
        var first = SafetensorsLayout.Plan(tensors, metadata, 100);
        var second = SafetensorsLayout.Plan(shuffled, metadata.Reverse().ToDictionary(), 100);
        Assert.Equal(first.Select(layout => layout.Header.ToArray()), second.Select(layout => layout.Header.ToArray()));
        Assert.Equal(SafetensorsIndex.Encode(first), SafetensorsIndex.Encode(second));
    }

    [Property(MaxTest = 100)]
    public void What_is_planned_parses_back(string[] names, int seed)
    {
        var tensors = Tensors(names, seed);
        var metadata = tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Name);
        var layout = SafetensorsLayout.Plan(tensors, metadata, long.MaxValue)[0];
        var header = SafetensorsHeader.Parse(layout.Header.Span[8..], layout.Length, "x");
        Assert.Equal(
            layout.Tensors.Where(placed => placed.Tensor.ByteCount > 0), header.Tensors.Where(placed => placed.Tensor.ByteCount > 0));
        Assert.Equal(tensors.ToHashSet(), header.Tensors.Select(placed => placed.Tensor).ToHashSet());
        Assert.Equal(metadata.OrderBy(entry => entry.Key), header.Metadata.OrderBy(entry => entry.Key));
    }

    [Fact]
    public void A_tensor_above_the_limit_gets_a_shard_of_its_own_and_shards_are_numbered()
    {
        TensorInfo[] tensors = [U8("a", 4), U8("b", 6), U8("c", 50), U8("d", 1), U8("e", 9), U8("f", 1)];
        var layouts = SafetensorsLayout.Plan(tensors, NoMetadata, 10, "lm");
        Assert.Equal(
            Enumerable.Range(1, 4).Select(number => $"lm-0000{number}-of-00004.safetensors"),
            layouts.Select(layout => layout.FileName));
        Assert.Equal(["ab", "c", "de", "f"], layouts.Select(layout => string.Concat(layout.Tensors.Select(placed => placed.Tensor.Name))));
    }

    [Fact]
    public void Without_tensors_there_is_one_file_without_values()
    {
        var layout = Assert.Single(SafetensorsLayout.Plan([], NoMetadata, 10));
        Assert.Equal(64, layout.Length);
        Assert.Equal("{}", Encoding.UTF8.GetString(layout.Header.Span[8..]).TrimEnd(' '));
    }

    [Fact]
    public void Metadata_values_can_be_replaced_at_equal_length_only()
    {
        var layout = SafetensorsLayout.Plan([U8("a", 4)], new Dictionary<string, string> { ["hash"] = new('0', 64) }, 10)[0];
        var replaced = layout.EncodeHeader(new Dictionary<string, string> { ["hash"] = new('f', 64) });
        Assert.Equal(
            Encoding.UTF8.GetString(layout.Header.Span).Replace(new string('0', 64), new string('f', 64)),
            Encoding.UTF8.GetString(replaced.Span));
        _ = Assert.Throws<ArgumentException>(() => layout.EncodeHeader(new Dictionary<string, string> { ["hash"] = new('f', 164) }));
    }

    [Theory]
    [InlineData("", SafetensorsError.UnwritableName)]
    [InlineData("a\0b", SafetensorsError.UnwritableName)]
    [InlineData("__metadata__", SafetensorsError.UnwritableName)]
    [InlineData("x", SafetensorsError.DuplicateTensor)]
    public void Names_that_readers_choke_on_are_not_written(string name, SafetensorsError expected)
    {
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsLayout.Plan([U8("x", 1), U8(name, 1)], NoMetadata, 10));
        Assert.Equal(expected, error.Error);
        Assert.Equal(name, error.Tensor);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_not_written()
    {
        string half = "\ud83d";
        Assert.Equal(SafetensorsError.UnwritableName, PlanError(U8(half, 1)).Error);
        var error = Assert.Throws<SafetensorsException>(
            () => SafetensorsLayout.Plan([], new Dictionary<string, string> { ["key"] = half }, 10));
        Assert.Equal(SafetensorsError.UnwritableName, error.Error);
    }

    [Fact]
    public void Impossible_sizes_are_refused_before_anything_is_written()
    {
        Assert.Equal(SafetensorsError.SizeMismatch, PlanError(new TensorInfo("odd", DType.F4, new TensorShape(3))).Error);
        Assert.Equal(SafetensorsError.ShapeOverflow, PlanError(new TensorInfo("huge", DType.F64, new TensorShape(long.MaxValue))).Error);
        const long half = (long.MaxValue / 2) + 1;
        Assert.Equal(SafetensorsError.ShapeOverflow, PlanError(U8("half", half), U8("half too", half)).Error);
    }

    [Fact]
    public void A_header_above_the_limit_of_the_format_is_not_written()
    {
        string value = new('x', SafetensorsConstants.MaximumHeaderBytes / 100);
        var metadata = Enumerable.Range(0, 100).ToDictionary(key => $"{key}", _ => value);
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsLayout.Plan([], metadata, 10));
        Assert.Equal(SafetensorsError.HeaderTooLarge, error.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..\\b")]
    public void A_stem_is_a_plain_file_name(string stem) =>
        Assert.Throws<ArgumentException>(() => SafetensorsLayout.Plan([], NoMetadata, 10, stem));

    [Fact]
    public void The_index_of_two_shards_is_exactly_this()
    {
        var layouts = SafetensorsLayout.Plan([U8("b\"", 8), U8("ä", 7), U8("a", 1)], NoMetadata, 10);
        string expected = """
            {
              "metadata": {
                "total_size": 16
              },
              "weight_map": {
                "a": "model-00001-of-00002.safetensors",
                "b\"": "model-00001-of-00002.safetensors",
                "ä": "model-00002-of-00002.safetensors"
              }
            }

            """;
        byte[] index = SafetensorsIndex.Encode(layouts);
        Assert.Equal(expected, Encoding.UTF8.GetString(index));
        Assert.Equal(["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"], SafetensorsIndex.Parse(index, "x").Shards);
    }

    private static TensorInfo U8(string name, long size) => new(name, DType.U8, new TensorShape(size));

    private static SafetensorsException PlanError(params TensorInfo[] tensors) =>
        Assert.Throws<SafetensorsException>(() => SafetensorsLayout.Plan(tensors, NoMetadata, long.MaxValue));

    /// <summary>Tensors of random dtypes and small shapes under whatever of the names may be written.</summary>
    private static TensorInfo[] Tensors(string[] names, int seed)
    {
        var random = new Random(seed);
        return [.. names
            .Select(name => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name ?? "null")).Replace("\0", "", StringComparison.Ordinal))
            .Concat(["😀", "\uffee", "a", "a.b"])
            .Where(name => name.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .Select(name => new TensorInfo(
                name,
                DTypes.All[random.Next(DTypes.All.Count)],
                new TensorShape([.. Enumerable.Range(0, random.Next(3)).Select(_ => random.NextInt64(0, 6)), 4])))];
    }

    private static Dictionary<string, (string? DType, long[] Shape, long Begin, long End)> HeaderEntries(ReadOnlySpan<byte> header)
    {
        Assert.Equal(header.Length - 8, BinaryPrimitives.ReadInt64LittleEndian(header));
        using var json = JsonDocument.Parse(header[8..].ToArray());
        return json.RootElement.EnumerateObject().ToDictionary(
            entry => entry.Name,
            entry => (
                entry.Value.GetProperty("dtype").GetString(),
                entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray(),
                entry.Value.GetProperty("data_offsets")[0].GetInt64(),
                entry.Value.GetProperty("data_offsets")[1].GetInt64()));
    }
}
