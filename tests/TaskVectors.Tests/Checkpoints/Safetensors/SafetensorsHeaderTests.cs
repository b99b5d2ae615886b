using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Safetensors;

public sealed class SafetensorsHeaderTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"x":{"y":[1,"\u0041",{"dtype":"F9"}]}}}""", null)]
    [InlineData("""{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"x":"\ud800"}}""", SafetensorsError.InvalidJson)]
    [InlineData("""{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"\ud800":1}}""", SafetensorsError.InvalidJson)]
    [InlineData("""{"a":{"dt\u0079pe":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}}""", SafetensorsError.DuplicateField)]
    [InlineData("""{"\u005f_metadata__":{},"__metadata__":{}}""", SafetensorsError.DuplicateMetadata)]
    [InlineData("""{"a":{"dtype":"U8","shape":[],"data_offsets":[0,99999999999999999999999]}}""", SafetensorsError.InvalidOffsets)]
    [InlineData("""{"a":{"dtype":"U8","shape":[99999999999999999999999],"data_offsets":[0,1]}}""", SafetensorsError.InvalidShape)]
    [InlineData("""{"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}}""", SafetensorsError.InvalidShape)]
    [InlineData("""{"a":{"dtype":"U8","shape":[true],"data_offsets":[0,1]}}""", SafetensorsError.InvalidShape)]
    [InlineData("   ", SafetensorsError.InvalidJson)]
    public void The_form_of_a_header_is_checked(string json, SafetensorsError? expected) => AssertParses(json, dataLength: 1, expected);

    [Theory]
    [InlineData("[0,2],[2,4]", null)]
    [InlineData("[2,4],[0,2]", null)]
    [InlineData("[0,2],[3,4]", SafetensorsError.Hole)]
    [InlineData("[0,2],[1,4]", SafetensorsError.Overlap)]
    [InlineData("[0,2],[2,5]", SafetensorsError.Truncated)]
    [InlineData("[0,2],[2,3]", SafetensorsError.TrailingData)]
    [InlineData("[0,2],[9,9]", SafetensorsError.InvalidOffsets)]
    [InlineData("[0,4],[4,4]", SafetensorsError.SizeMismatch)]
    public void Tensors_tile_the_data(string offsets, SafetensorsError? expected)
    {
        string[] entries = [.. offsets.Split("],[").Zip("ab", (range, name) =>
            $$"""
            "{{name}}":{"dtype":"U8","shape":[2],"data_offsets":[{{range.Trim('[', ']')}}]}
            """)];
        AssertParses("{" + string.Join(",", entries) + "}", dataLength: 4, expected);
    }

    [Fact]
    public void A_hundred_thousand_tensors_are_parsed_without_waste()
    {
        var tensors = Enumerable.Range(0, 100_000)
            .Select(i => new TensorInfo($"model.layers.{i}.weight", DType.BF16, new TensorShape(2, 2)));
        var layout = SafetensorsLayout.Plan(tensors, new Dictionary<string, string>(), long.MaxValue)[0];
        long before = GC.GetAllocatedBytesForCurrentThread();
        var header = SafetensorsHeader.Parse(layout.Header.Span[8..], layout.Length, "x");
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(100_000, header.Tensors.Count);
        Assert.InRange(allocated, 0, 10L * layout.Header.Length);
    }

    [Fact]
    public void A_claimed_header_is_not_allocated_before_the_file_is_known_to_hold_it()
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, SafetensorsConstants.MaximumHeaderBytes);
        File.WriteAllBytes(_scratch["x.safetensors"], bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsHeader.Read(_scratch["x.safetensors"]));
        Assert.Equal(SafetensorsError.Truncated, error.Error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [InlineData("not-safetensors-zip", "PyTorch")]
    [InlineData("not-safetensors-pickle", "pickle")]
    [InlineData("not-safetensors-gguf", "GGUF")]
    [InlineData("git-lfs-pointer", "git lfs pull")]
    [InlineData("html-page", "web page")]
    public void Other_files_under_this_name_are_told_apart(string file, string expected)
    {
        string path = Path.Combine(GoldenCase.Root, "bad", file + ".safetensors");
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsHeader.Read(path));
        Assert.Equal(SafetensorsError.NotSafetensors, error.Error);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void A_pipe_is_refused_without_waiting_for_its_writer()
    {
        using (var mkfifo = Process.Start("mkfifo", [_scratch["pipe.safetensors"]]))
        {
            mkfifo.WaitForExit();
            Assert.Equal(0, mkfifo.ExitCode);
        }

        var error = Assert.Throws<SafetensorsException>(() => SafetensorsHeader.Read(_scratch["pipe.safetensors"]));
        Assert.Equal(SafetensorsError.Truncated, error.Error);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_a_storage_error() =>
        Assert.Throws<StorageException>(() => SafetensorsHeader.Read(_scratch.Path));

    [Fact]
    public void A_file_that_may_not_be_read_is_a_storage_error()
    {
        string path = _scratch["x.safetensors"];
        SafetensorsFile.Write(path, []);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.None);
        }

        if (Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
        {
            // Permissions do not bind the superuser: the file is simply read.
            Assert.Empty(SafetensorsHeader.Read(path).Tensors);
            return;
        }

        var error = Assert.Throws<StorageException>(() => SafetensorsHeader.Read(path));
        Assert.Equal(path, error.File);
        Assert.Equal(ErrorCategory.InputOutput, error.Category);
    }

    [Fact]
    public void Names_in_messages_cannot_control_a_terminal()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"\u001b[2J":null}""");
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsHeader.Parse(json, 8 + json.Length, "x"));
        Assert.Equal("\u001b[2J", error.Tensor);
        Assert.DoesNotContain('\u001b', error.Message);
    }

    [Fact]
    public void Every_error_has_a_kind_in_kebab_case()
    {
        foreach (var error in Enum.GetValues<SafetensorsError>())
        {
            Assert.Matches("^safetensors(\\.|-)[a-z0-9-]+$", new SafetensorsException(error, "x", "y").Kind);
        }

        Assert.Equal("safetensors.trailing-data", new SafetensorsException(SafetensorsError.TrailingData, "x", "y").Kind);
    }

    private static void AssertParses(string json, long dataLength, SafetensorsError? expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        SafetensorsHeader Parse() => SafetensorsHeader.Parse(bytes, 8 + bytes.Length + dataLength, "x");
        if (expected is null)
        {
            _ = Parse();
        }
        else
        {
            Assert.Equal(expected, Assert.Throws<SafetensorsException>(Parse).Error);
        }
    }
}
