using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Manifests;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>A manifest says what was written, and a check against it finds every change.</summary>
public sealed class VerificationTests : IDisposable
{
    private readonly EditSandbox _sandbox = new();

    public VerificationTests()
    {
        _ = _sandbox.Model("base/model", ("a", DType.F32, TestModel.Numbers(1, 3_000)), ("b", DType.F32, TestModel.Numbers(2, 50)));
        _ = _sandbox.Model("tuned/model", ("a", DType.F32, TestModel.Numbers(3, 3_000)), ("b", DType.F32, TestModel.Numbers(4, 50)));
        File.WriteAllText(_sandbox["base/config.json"], "{}");
    }

    public static TheoryData<string> HostilePaths => ["../../base/config.json", "/etc/passwd", "..", "a/../../base/model.safetensors", "../out.other"];

    public static TheoryData<string> MalformedManifests =>
    [
        "", "null", "[]", "{", "{}", "{\"format\": 1}", "not json", "{\"format\": \"x\"}", "{\"format\": 1e99}",
    ];

    private Checkpoint Edited => Checkpoint.Open(_sandbox["base"]) + (0.3 * (Checkpoint.Open(_sandbox["tuned"]) - Checkpoint.Open(_sandbox["base"])));

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(DigestAlgorithm.Xxh128)]
    [InlineData(DigestAlgorithm.Sha256)]
    public async Task Hashes_are_those_of_the_bytes_of_tensors_and_files(DigestAlgorithm algorithm)
    {
        Manifest manifest = await Edited.SaveAsync(_sandbox["out"], EditOptions.Default with { Digest = algorithm });
        string Hash(byte[] bytes) => algorithm == DigestAlgorithm.Sha256
            ? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes))
            : "xxh128:" + Convert.ToHexStringLower(XxHash128.Hash(bytes));
        string TensorRule(byte[] bytes) => Hash([.. bytes.Chunk(8192).SelectMany(piece => Convert.FromHexString(Hash(piece).Split(':')[1]))]);
        string FileRule(string path)
        {
            SafetensorsHeader header = SafetensorsHeader.Read(path);
            byte[] start = File.ReadAllBytes(path)[..(int)header.DataStart];
            string hashes = string.Concat(header.Tensors.Select(placed => TensorRule(TestModel.Bytes(Checkpoint.Open(path), placed.Tensor.Name)) + "\n"));
            return Hash([.. start, .. Encoding.UTF8.GetBytes(hashes)]);
        }

        foreach (ManifestTensor tensor in manifest.Tensors)
        {
            Assert.Equal(TensorRule(TestModel.Bytes(Checkpoint.Open(_sandbox["out"]), tensor.Name)), tensor.Hash);
        }

        foreach (ManifestInput input in manifest.Inputs)
        {
            Assert.All(input.Tensors, tensor => Assert.Equal(TensorRule(TestModel.Bytes(Checkpoint.Open(input.Path), tensor.Key)), tensor.Value));
            Assert.All(input.Files, file => Assert.Equal(FileRule(file.Path), file.Hash));
        }

        Assert.Equal(FileRule(_sandbox["out/model.safetensors"]), manifest.Files.Single(file => file.Path == "model.safetensors").Hash);
        Assert.Equal(Hash(File.ReadAllBytes(_sandbox["out/config.json"])), manifest.Files.Single(file => file.Path == "config.json").Hash);
        Assert.All(manifest.Files, file => Assert.Equal(new FileInfo(_sandbox["out/" + file.Path]).Length, file.Bytes));
        Assert.True(OutputVerifier.Verify(_sandbox["out"]).IsGood);
    }

    [Fact]
    public async Task The_totals_do_not_depend_on_the_order_in_which_tensors_are_finished()
    {
        (string, DType, double[])[] Tensors(int seed) => [.. Enumerable.Range(0, 60).Select(index => ($"t{index}", DType.BF16, TestModel.Numbers(seed + index, 1 + (index * 97 % 4_001))))];
        Checkpoint pretrained = _sandbox.Model("many", Tensors(100));
        Checkpoint finetuned = _sandbox.Model("many-tuned", Tensors(200));
        Manifest[] manifests = await Task.WhenAll(Enumerable.Range(0, 4).Select(run =>
            (pretrained + (0.3 * (finetuned - pretrained))).SaveAsync(_sandbox[$"run{run}"], EditOptions.Default with { Threads = 1 + (3 * run) })));
        Assert.Single(manifests.Select(manifest => (manifest.RoundingNorm, manifest.EditNorm)).Distinct());
    }

    [Theory]
    [InlineData("out")]
    [InlineData("out.safetensors")]
    public async Task A_flipped_byte_of_a_tensor_is_found_and_the_tensor_named(string output)
    {
        _ = await Edited.SaveAsync(_sandbox[output]);
        string path = output == "out" ? _sandbox["out/model.safetensors"] : _sandbox[output];
        Flip(path, SafetensorsHeader.Read(path).Tensors.Single(placed => placed.Tensor.Name == "b").Offset + 3);
        VerificationReport report = OutputVerifier.Verify(_sandbox[output]);
        Assert.False(report.IsGood);
        Assert.Contains("'b' differs", Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_header_is_found()
    {
        _ = await Edited.SaveAsync(_sandbox["out"], EditOptions.Default with { Metadata = EditOptions.Default.Metadata.Add("note", "true") });
        string path = _sandbox["out/model.safetensors"];
        int at = File.ReadAllBytes(path).AsSpan().IndexOf("true"u8);
        Flip(path, at);
        Assert.Contains("header differs", Assert.Single(OutputVerifier.Verify(_sandbox["out"]).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_header_is_a_problem_and_no_exception()
    {
        _ = await Edited.SaveAsync(_sandbox["out"]);
        Flip(_sandbox["out/model.safetensors"], 8);
        Assert.False(OutputVerifier.Verify(_sandbox["out"]).IsGood);
    }

    [Fact]
    public async Task A_changed_companion_file_and_a_missing_file_are_found()
    {
        _ = await Edited.SaveAsync(_sandbox["out"]);
        await File.WriteAllTextAsync(_sandbox["out/config.json"], "[]");
        Assert.Contains("config.json", Assert.Single(OutputVerifier.Verify(_sandbox["out"]).Problems), StringComparison.Ordinal);
        File.Delete(_sandbox["out/config.json"]);
        Assert.Contains("missing", Assert.Single(OutputVerifier.Verify(_sandbox["out"]).Problems), StringComparison.Ordinal);
        File.Delete(_sandbox["out/model.safetensors"]);
        Assert.Equal(4, OutputVerifier.Verify(_sandbox["out"]).Problems.Count);
    }

    [Theory]
    [MemberData(nameof(HostilePaths))]
    public async Task A_manifest_does_not_lead_out_of_its_folder(string path)
    {
        _ = await Edited.SaveAsync(_sandbox["out"]);
        Rewrite(_sandbox["out"], manifest => manifest["files"]![0]!["path"] = path);
        Assert.Contains(OutputVerifier.Verify(_sandbox["out"]).Problems, problem => problem.Contains("outside", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(MalformedManifests))]
    public async Task A_malformed_manifest_is_bad_input(string content)
    {
        _ = await Edited.SaveAsync(_sandbox["out"]);
        await File.WriteAllTextAsync(_sandbox["out/" + OutputTarget.ManifestFileName], content);
        RequireInvalid(() => OutputVerifier.Verify(_sandbox["out"]));
        RequireInvalid(() => ManifestReplay.Plan(_sandbox["out"], new OutputTarget(_sandbox["again"]), EditOptions.Default));
    }

    [Theory]
    [InlineData("files")]
    [InlineData("inputs")]
    [InlineData("tensors")]
    [InlineData("options")]
    [InlineData("expression")]
    public async Task A_manifest_with_a_member_that_is_null_or_twice_the_same_is_bad_input(string member)
    {
        _ = await Edited.SaveAsync(_sandbox["out"]);
        string path = _sandbox["out/" + OutputTarget.ManifestFileName];
        string original = await File.ReadAllTextAsync(path);
        Rewrite(_sandbox["out"], manifest => manifest[member] = null);
        RequireInvalid(() => OutputVerifier.Verify(_sandbox["out"]));
        await File.WriteAllTextAsync(path, original);
        Rewrite(_sandbox["out"], manifest => (manifest[member] as JsonArray)?.Add(manifest[member]![0]!.DeepClone()));
        if (member is "files" or "inputs" or "tensors")
        {
            RequireInvalid(() => OutputVerifier.Verify(_sandbox["out"]));
        }

        await File.WriteAllTextAsync(path, original);
        Rewrite(_sandbox["out"], manifest => (manifest[member] as JsonArray)?.Insert(0, null));
        if (member is "files" or "inputs" or "tensors")
        {
            RequireInvalid(() => OutputVerifier.Verify(_sandbox["out"]));
        }
    }

    [Fact]
    public async Task A_manifest_of_a_later_format_says_so_whatever_else_it_holds()
    {
        _ = await Edited.SaveAsync(_sandbox["out"]);
        await File.WriteAllTextAsync(_sandbox["out/" + OutputTarget.ManifestFileName], "{\"format\": 2, \"new\": true}");
        EditException error = RequireInvalid(() => OutputVerifier.Verify(_sandbox["out"]));
        Assert.Contains("format 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sizes_that_overflow_do_not_matter()
    {
        _ = await Edited.SaveAsync(_sandbox["out"]);
        Rewrite(_sandbox["out"], manifest =>
        {
            foreach (JsonNode? file in manifest["files"]!.AsArray())
            {
                file!["bytes"] = long.MaxValue;
            }
        });
        _ = OutputVerifier.Verify(_sandbox["out"]);
    }

    [Fact]
    public void A_folder_without_a_manifest_is_bad_input()
    {
        EditException error = RequireInvalid(() => OutputVerifier.Verify(_sandbox["base"]));
        Assert.Contains(OutputTarget.ManifestFileName, error.Message, StringComparison.Ordinal);
    }

    private static EditException RequireInvalid(Func<object> action)
    {
        EditException error = Assert.Throws<EditException>(action);
        Assert.Equal(EditError.InvalidManifest, error.Error);
        Assert.Equal(ErrorCategory.BadInput, error.Category);
        return error;
    }

    private static void Flip(string path, long offset)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[offset] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static void Rewrite(string output, Action<JsonObject> change)
    {
        string path = Path.Combine(output, OutputTarget.ManifestFileName);
        JsonObject manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(manifest);
        File.WriteAllText(path, manifest.ToJsonString(), new UTF8Encoding(false));
    }
}
