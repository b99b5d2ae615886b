using System.Security.Cryptography;
using System.Text.Json;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Safetensors;

/// <summary>Verdicts and values against the reference library, safetensors 0.8.0.</summary>
public class SafetensorsGoldenTests
{
    /// <summary>The errors that each class of the manifest stands for.</summary>
    private static readonly Dictionary<string, SafetensorsError[]> ErrorsByClass = new()
    {
        ["truncated"] = [SafetensorsError.Truncated],
        ["trailing"] = [SafetensorsError.TrailingData],
        ["header"] = [SafetensorsError.EmptyHeader],
        ["header-too-large"] = [SafetensorsError.HeaderTooLarge],
        ["header-json"] = [SafetensorsError.InvalidJson],
        ["header-utf8"] = [SafetensorsError.InvalidUtf8],
        ["duplicate"] =
        [
            SafetensorsError.DuplicateTensor, SafetensorsError.DuplicateMetadata, SafetensorsError.DuplicateField,
            SafetensorsError.DuplicateIndexEntry, SafetensorsError.TensorInTwoShards,
        ],
        ["dtype"] = [SafetensorsError.UnknownDataType],
        ["field"] = [SafetensorsError.MissingField, SafetensorsError.InvalidTensorEntry],
        ["offset"] = [SafetensorsError.InvalidOffsets],
        ["hole"] = [SafetensorsError.Hole],
        ["overlap"] = [SafetensorsError.Overlap],
        ["shape"] = [SafetensorsError.InvalidShape],
        ["shape-mismatch"] = [SafetensorsError.SizeMismatch],
        ["shape-overflow"] = [SafetensorsError.ShapeOverflow],
        ["metadata"] = [SafetensorsError.InvalidMetadata],
        ["magic"] = [SafetensorsError.NotSafetensors],
        ["path"] = [SafetensorsError.UnsafeShardPath],
        ["missing-shard"] = [SafetensorsError.MissingShard],
        ["index-mismatch"] = [SafetensorsError.TensorNotInShard, SafetensorsError.TensorNotInIndex],
        ["index-json"] = [SafetensorsError.InvalidIndex],
    };

    /// <summary>Our choice where the manifest allows either verdict: the error, or null to accept.</summary>
    private static readonly Dictionary<string, SafetensorsError?> Choices = new()
    {
        ["bad/field-extra.safetensors"] = null,
        ["bad/shape-zero-overflow2.safetensors"] = SafetensorsError.ShapeOverflow,
        ["bad/rank-20k.safetensors"] = null,
        ["bad/metadata-null.safetensors"] = null,
        ["bad/long-name.safetensors"] = null,
        ["sharded/ok-subfolder"] = null,
        ["sharded/ok-shards-no-index"] = null,
        ["sharded/single-and-index"] = null,
        ["sharded/index-bom"] = SafetensorsError.InvalidIndex,
    };

    public static TheoryData<string> Cases(string expect) =>
        [.. GoldenCase.All.Where(golden => golden.Expect == expect).Select(golden => golden.Path)];

    [Fact]
    public void The_manifest_is_complete()
    {
        Assert.Equal(162, GoldenCase.All.Count);
        Assert.Equal(Choices.Keys.Order(), GoldenCase.All.Where(golden => golden.Expect == "either").Select(golden => golden.Path).Order());
    }

    [Theory]
    [MemberData(nameof(Cases), "reject")]
    public void What_the_manifest_rejects_is_refused_with_an_error_of_its_class(string path)
    {
        var golden = GoldenCase.All.Single(candidate => candidate.Path == path);
        var error = Assert.Throws<SafetensorsException>(() => CheckpointFormats.Open(golden.FullPath));
        Assert.Contains(error.Error, ErrorsByClass[golden.ErrorClass!]);
        Assert.NotNull(error.File);
        Assert.StartsWith(golden.FullPath, error.File, StringComparison.Ordinal);
        Assert.StartsWith(error.File, error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.BadInput, error.Category);
    }

    [Theory]
    [MemberData(nameof(Cases), "accept")]
    public void What_the_manifest_accepts_is_read_as_the_reference_reads_it(string path) => AssertReads(path);

    [Theory]
    [MemberData(nameof(Cases), "either")]
    public void Where_either_is_allowed_the_documented_choice_is_made(string path)
    {
        if (Choices[path] is not { } expected)
        {
            AssertReads(path);
            return;
        }

        string fullPath = Path.Combine(GoldenCase.Root, path);
        Assert.Equal(expected, Assert.Throws<SafetensorsException>(() => CheckpointFormats.Open(fullPath)).Error);
    }

    private static void AssertReads(string path)
    {
        var golden = GoldenCase.All.Single(candidate => candidate.Path == path);
        var source = CheckpointFormats.Open(golden.FullPath);
        using var reader = source.OpenReader();
        Assert.Equal("safetensors", source.Format);
        Assert.Equal(golden.FullPath, source.Path);
        if (golden.ContentJson is null)
        {
            Assert.NotEmpty(source.Tensors);
            Assert.All(source.Tensors, tensor => Values(reader, tensor));
            return;
        }

        using var content = JsonDocument.Parse(golden.ContentJson);
        if (content.RootElement.TryGetProperty("tensor_count", out var count))
        {
            Assert.Equal(Enumerable.Range(0, count.GetInt32()).Select(i => $"t{i}"), source.Tensors.Select(tensor => tensor.Name));
            Assert.All(source.Tensors, tensor => Values(reader, tensor));
            return;
        }

        var tensors = content.RootElement.GetProperty("tensors").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value);
        Assert.Equal(tensors.Keys.ToHashSet(), source.Tensors.Select(tensor => tensor.Name).ToHashSet());
        foreach (var tensor in source.Tensors)
        {
            var expected = tensors[tensor.Name];
            Assert.Equal(expected.GetProperty("dtype").GetString(), tensor.DType.Name());
            Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), tensor.Shape.Dimensions.ToArray());
            Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(Values(reader, tensor))));
        }

        if (content.RootElement.TryGetProperty("metadata", out var metadata))
        {
            var expected = metadata.ValueKind == JsonValueKind.Null
                ? []
                : metadata.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);
            Assert.Equal(expected.OrderBy(entry => entry.Key), source.Metadata.OrderBy(entry => entry.Key));
        }
    }

    private static byte[] Values(ICheckpointReader reader, TensorInfo tensor)
    {
        byte[] values = new byte[tensor.ByteCount];
        reader.Read(tensor, 0, values);
        return values;
    }
}
