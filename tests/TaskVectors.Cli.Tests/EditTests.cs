using System.Text.Json;

namespace TaskVectors.Cli.Tests;

public sealed class EditTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task An_edit_writes_a_folder_with_its_manifest_and_companion_files()
    {
        string[] models = ["--model", $"base={_place.Base}", "--model", $"math={_place.Math}"];
        var outcome = await Taskvec.RunAsync(["edit", "base + 0.5*(math - base)", .. models, "-o", Out()]);

        Assert.Equal(0, outcome.Code);
        Assert.Empty(outcome.Error);
        Assert.Contains("Rounding loss", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(
            ["config.json", "model.safetensors", "taskvec.manifest.json"],
            Directory.GetFiles(Out()).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_quiet_edit_says_nothing()
    {
        var outcome = await Taskvec.RunAsync("add", _place.Base, _place.Math, "-o", Out(), "--quiet");

        Assert.Equal((0, "", ""), (outcome.Code, outcome.Output, outcome.Error));
    }

    [Fact]
    public async Task An_edit_in_json_is_one_document()
    {
        var outcome = await Taskvec.RunAsync("add", _place.Base, _place.Math, "-o", Out(), "--json");

        Assert.Equal(0, outcome.Code);
        Assert.Equal(Out(), outcome.Json.GetProperty("output").GetString());
        Assert.Equal("checkpoint", outcome.Json.GetProperty("kind").GetString());
        Assert.Equal("base + 0.4*(math - base)", outcome.Json.GetProperty("expression").GetString());
        Assert.Equal(3, outcome.Json.GetProperty("tensors").GetInt32());
        Assert.Equal(2, outcome.Json.GetProperty("files").GetArrayLength());
        Assert.True(outcome.Json.GetProperty("roundingLoss").GetDouble() is > 0 and < 1e-6);
        Assert.Equal(0, outcome.Json.GetProperty("warnings").GetArrayLength());
    }

    [Fact]
    public async Task A_conversion_has_no_finite_rounding_loss_and_is_written_all_the_same()
    {
        var outcome = await Taskvec.RunAsync("edit", "base", "--model", $"base={_place.Base}", "--dtype", "bf16", "-o", Out(), "--json");

        Assert.Equal(0, outcome.Code);
        Assert.Equal(JsonValueKind.Null, outcome.Json.GetProperty("roundingLoss").ValueKind);
        Assert.Equal(0, (await Taskvec.RunAsync("verify", Out())).Code);
    }

    [Fact]
    public async Task A_dry_run_prints_the_plan_and_writes_nothing()
    {
        string[] before = Directory.GetFileSystemEntries(_place.Folder, "*", SearchOption.AllDirectories);
        var outcome = await Taskvec.RunAsync("add", _place.Base, _place.Math, "-o", Out(), "--include", "mlp", "--dry-run");

        Assert.Equal(0, outcome.Code);
        Assert.Contains("1 copied, 2 computed", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(_place.Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_dry_run_in_json_tells_every_cost()
    {
        var outcome = await Taskvec.RunAsync("add", _place.Base, _place.Math, "-o", Out(), "--dry-run", "--json");

        JsonElement plan = outcome.Json;
        Assert.True(plan.GetProperty("dryRun").GetBoolean());
        Assert.Equal(3, plan.GetProperty("tensors").GetProperty("linear").GetInt32());
        Assert.Equal(2 * 3 * 4 * 8 * 4, plan.GetProperty("bytesRead").GetInt64());
        Assert.True(plan.GetProperty("bytesWritten").GetInt64() > 3 * 4 * 8 * 4);
        Assert.True(plan.GetProperty("peakBufferBytes").GetInt64() > 0);
        Assert.True(plan.GetProperty("freeSpace").GetInt64() > 0);
        Assert.True(plan.GetProperty("estimatedSeconds").GetDouble() > 0);
        Assert.Equal(["base", "math"], plan.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("name").GetString()));
        Assert.Equal(
            ["model.safetensors", "config.json"],
            plan.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task Negate_add_and_analogy_write_the_bytes_of_the_edit_they_stand_for()
    {
        await AssertSameBytes(["negate", _place.Base, _place.Math, "--coefficient", "0.6"], "base - 0.6*(math - base)");
        await AssertSameBytes(["add", _place.Base, _place.Math, _place.Code], "base + 0.4*(math - base) + 0.4*(code - base)");
        await AssertSameBytes(
            ["add", _place.Base, _place.Math, _place.Code, "--coefficient", "0.5,-0.25"],
            "base + 0.5*(math - base) - 0.25*(code - base)");
        await AssertSameBytes(
            ["add", _place.Base, _place.Math, _place.Code, "--coefficient", "0.5", "--coefficient", "0.1"],
            "base + 0.5*(math - base) + 0.1*(code - base)");
        await AssertSameBytes(["analogy", _place.Base, _place.Math, _place.Code], "code + (math - base)");
        await AssertSameBytes(["diff", _place.Base, _place.Math], "math - base");
    }

    [Fact]
    public async Task A_stored_vector_is_recognised_and_subtracts_like_the_difference()
    {
        string vector = _place.PathOf("v.safetensors");
        Assert.Equal(0, (await Taskvec.RunAsync("diff", _place.Base, _place.Math, "-o", vector)).Code);
        var negated = await Taskvec.RunAsync("negate", _place.Base, vector, "-o", Out());
        string[] models = ["--model", $"base={_place.Base}", $"v={vector}"];
        var edited = await Taskvec.RunAsync(["edit", "base - v", .. models, "-o", _place.PathOf("out2")]);

        Assert.Contains("Expression: base - 1*v", negated.Error, StringComparison.Ordinal);
        Assert.Equal((0, 0), (negated.Code, edited.Code));
        Assert.Equal(Weights(Out()), Weights(_place.PathOf("out2")));
    }

    [Fact]
    public async Task A_file_without_metadata_is_a_vector_when_said_so()
    {
        float[] ones = [.. Enumerable.Repeat(1f, 32)];
        string plain = _place.AddFile("plain.safetensors", [("embed.weight", ones, new Tensors.TensorShape(4, 8))]);
        string[] models = ["--model", $"base={_place.Base}", "--vector", $"v={plain}"];
        var outcome = await Taskvec.RunAsync(["edit", "base + v", .. models, "--any-base", "--missing", "base", "-o", Out()]);

        Assert.Equal(0, outcome.Code);
    }

    [Fact]
    public async Task Models_of_the_same_name_get_names_of_their_own()
    {
        _ = Directory.CreateDirectory(_place.PathOf("run2"));
        string twin = _place.AddModel("run2/math", 3);
        var outcome = await Taskvec.RunAsync("add", _place.Base, _place.Math, twin, "-o", Out(), "--json");

        Assert.Equal("base + 0.4*(math - base) + 0.4*(math2 - base)", outcome.Json.GetProperty("expression").GetString());
    }

    [Fact]
    public async Task A_weight_file_is_named_after_its_folder_and_odd_names_become_identifiers()
    {
        string odd = _place.AddModel("7b-chat v2", 3);
        string file = Path.Combine(_place.Base, "model.safetensors");
        var outcome = await Taskvec.RunAsync("add", file, odd, "my model=" + _place.Math, "-o", Out(), "--json");

        Assert.Equal(
            "base + 0.4*(model_7b_chat_v2 - base) + 0.4*(\"my model\" - base)",
            outcome.Json.GetProperty("expression").GetString());
    }

    [Fact]
    public async Task A_model_that_the_expression_does_not_use_is_a_warning()
    {
        string[] models = ["-m", $"base={_place.Base}", "-m", $"math={_place.Math}", "-m", $"code={_place.Code}"];
        var outcome = await Taskvec.RunAsync(["edit", "base + 1*(math - base)", .. models, "-o", Out()]);

        Assert.Equal(0, outcome.Code);
        Assert.Contains("warning: The expression does not use the model 'code'.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_edit_exits_with_130_and_leaves_no_output()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var outcome = await Taskvec.RunAsync(cancelled.Token, "add", _place.Base, _place.Math, "-o", Out());

        Assert.Equal(130, outcome.Code);
        Assert.Contains("--resume", outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out()));
    }

    [Fact]
    public async Task A_cancelled_edit_goes_on_with_resume_to_the_same_bytes()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var outcome = await Taskvec.RunAsync(cancelled.Token, "add", _place.Base, _place.Math, "-o", Out(), "--json");
        var resumed = await Taskvec.RunAsync("add", _place.Base, _place.Math, "-o", Out(), "--resume");
        var whole = await Taskvec.RunAsync("add", _place.Base, _place.Math, "-o", _place.PathOf("whole"));

        Assert.Equal("cancelled", outcome.SingleError.GetProperty("kind").GetString());
        Assert.Equal(130, outcome.SingleError.GetProperty("code").GetInt32());
        Assert.Equal((0, 0), (resumed.Code, whole.Code));
        Assert.Equal(Weights(_place.PathOf("whole")), Weights(Out()));
    }

    [Fact]
    public async Task Verify_finds_a_flipped_bit_and_replay_makes_the_output_again()
    {
        Assert.Equal(0, (await Taskvec.RunAsync("add", _place.Base, _place.Math, "-o", Out())).Code);
        var replayed = await Taskvec.RunAsync("replay", Out(), "-o", _place.PathOf("again"), "--json");
        var good = await Taskvec.RunAsync("verify", Out(), "--json");
        byte[] bytes = Weights(Out());
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(Out(), "model.safetensors"), bytes);
        var bad = await Taskvec.RunAsync("verify", Out(), "--json");
        var text = await Taskvec.RunAsync("verify", Out());

        Assert.Equal((0, true), (replayed.Code, replayed.Json.GetProperty("identical").GetBoolean()));
        Assert.Equal((0, true, 3), (good.Code, good.Json.GetProperty("good").GetBoolean(), good.Json.GetProperty("tensors").GetInt32()));
        Assert.Equal((1, false), (bad.Code, bad.Json.GetProperty("good").GetBoolean()));
        Assert.Equal(1, bad.Json.GetProperty("problems").GetArrayLength());
        Assert.Equal(1, text.Code);
        Assert.Contains("differs", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replay_that_differs_from_its_record_exits_with_1()
    {
        Assert.Equal(0, (await Taskvec.RunAsync("add", _place.Base, _place.Math, "-o", Out())).Code);
        string manifest = Path.Combine(Out(), "taskvec.manifest.json");
        string altered = (await File.ReadAllTextAsync(manifest)).Replace("0.4*", "0.5*", StringComparison.Ordinal);
        await File.WriteAllTextAsync(manifest, altered);
        var outcome = await Taskvec.RunAsync("replay", manifest, "-o", _place.PathOf("again"));

        Assert.Equal(1, outcome.Code);
        Assert.Contains("Not identical", outcome.Output, StringComparison.Ordinal);
    }

    private string Out() => _place.PathOf("out");

    private static byte[] Weights(string folder) => File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));

    private async Task AssertSameBytes(string[] sugar, string expression)
    {
        string[] options = ["-o", Out(), "--force", "--quiet"];
        var first = await Taskvec.RunAsync([.. sugar, .. options]);
        byte[] bytes = Weights(Out());
        string[] models = ["--model", $"base={_place.Base}", "--model", $"math={_place.Math}", "--model", $"code={_place.Code}"];
        var second = await Taskvec.RunAsync(["edit", expression, .. models, .. options]);

        Assert.Equal((0, 0), (first.Code, second.Code));
        Assert.Equal(bytes, Weights(Out()));
    }
}
