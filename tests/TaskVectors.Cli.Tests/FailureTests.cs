using System.Text.Json;

namespace TaskVectors.Cli.Tests;

public sealed class FailureTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(2, "usage", "frobnicate")]
    [InlineData(2, "usage", "inspect")]
    [InlineData(2, "usage", "inspect", "{base}", "--frob")]
    [InlineData(2, "usage", "edit", "base", "--model", "base={base}")]
    [InlineData(2, "usage", "edit", "base", "-o", "{out}")]
    [InlineData(2, "usage", "edit", "base", "--model", "base={base}", "--model", "base={math}", "-o", "{out}")]
    [InlineData(2, "usage", "edit", "base", "--model", "=x", "-o", "{out}")]
    [InlineData(2, "usage", "add", "{base}", "{math}", "--coefficient", "much", "-o", "{out}")]
    [InlineData(2, "usage", "add", "{base}", "{math}", "--coefficient", "1", "--coefficient", "2", "-o", "{out}")]
    [InlineData(2, "usage", "add", "{base}", "{math}", "--coefficient", "nan", "-o", "{out}")]
    [InlineData(2, "usage", "add", "{base}", "{math}", "--dtype", "i8", "-o", "{out}")]
    [InlineData(2, "usage", "add", "{base}", "{math}", "--rounding", "up", "-o", "{out}")]
    [InlineData(2, "usage", "add", "{base}", "{math}", "--memory", "lots", "-o", "{out}")]
    [InlineData(2, "usage", "add", "{base}", "{math}", "--seed", "-1", "-o", "{out}")]
    [InlineData(2, "usage", "add", "{base}", "{math}", "--include", "", "-o", "{out}")]
    [InlineData(2, "usage", "add", "{base}", "{math}", "-o", "")]
    [InlineData(2, "usage")]
    [InlineData(2, "expression", "edit", "base + ", "--model", "base={base}", "-o", "{out}")]
    [InlineData(2, "expression", "edit", "base + math", "--model", "base={base}", "--model", "math={math}", "-o", "{out}")]
    [InlineData(2, "expression", "edit", "-1*other", "--model", "base={base}", "-o", "{out}")]
    [InlineData(2, "edit.invalid-option", "add", "{base}", "{math}", "--memory", "1MiB", "-o", "{out}")]
    [InlineData(2, "edit.output-exists", "add", "{base}", "{math}", "-o", "{code}")]
    [InlineData(2, "edit.unmatched-pattern", "add", "{base}", "{math}", "--include", "attn", "-o", "{out}")]
    [InlineData(2, "edit.nothing-to-resume", "add", "{base}", "{math}", "--resume", "-o", "{out}")]
    [InlineData(2, "edit.invalid-option", "compare", "--base", "{base}", "{math}", "--threads", "-5")]
    [InlineData(2, "edit.invalid-option", "compare", "--base", "{base}", "{math}", "--memory", "1KiB")]
    [InlineData(2, "edit.unmatched-pattern", "compare", "--base", "{base}", "{math}", "--include", "nope")]
    [InlineData(3, "checkpoint.not-found", "inspect", "{out}")]
    [InlineData(3, "checkpoint.not-found", "add", "{base}", "{out}", "-o", "{out}")]
    [InlineData(3, "checkpoint.unknown-format", "inspect", "{base}/config.json")]
    [InlineData(3, "edit.invalid-manifest", "verify", "{base}")]
    [InlineData(3, "edit.invalid-manifest", "replay", "{base}", "-o", "{out}")]
    [InlineData(4, "storage", "add", "{base}", "{math}", "-o", "{folder}/file/out")]
    public async Task Every_class_of_error_has_its_exit_code_and_kind(int code, string kind, params string[] template)
    {
        await File.WriteAllTextAsync(_place.PathOf("file"), "no folder");
        string[] arguments = [.. template.Select(Fill)];
        var json = await Taskvec.RunAsync([.. arguments, "--json"]);
        var text = await Taskvec.RunAsync(arguments);

        Assert.Equal((code, kind), (json.Code, json.SingleError.GetProperty("kind").GetString()));
        Assert.Equal(code, json.SingleError.GetProperty("code").GetInt32());
        Assert.Empty(json.Error);
        Assert.Equal(code, text.Code);
        Assert.Empty(text.Output);
        Assert.Contains("taskvec: ", text.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_names_the_file()
    {
        var outcome = await Taskvec.RunAsync("inspect", _place.PathOf("nothing"), "--json");

        Assert.Equal(_place.PathOf("nothing"), outcome.SingleError.GetProperty("file").GetString());
        Assert.Equal(JsonValueKind.Null, outcome.SingleError.GetProperty("tensor").ValueKind);
    }

    [Fact]
    public async Task Several_errors_of_one_plan_are_a_list_and_the_first_decides_the_exit_code()
    {
        string wide = _place.AddModel("wide", 3, columns: 9);
        var json = await Taskvec.RunAsync("add", _place.Base, wide, "-o", _place.Code, "--json");
        var text = await Taskvec.RunAsync("add", _place.Base, wide, "-o", _place.Code);

        JsonElement[] errors = [.. json.Json.GetProperty("errors").EnumerateArray()];
        Assert.True(errors.Length >= 2);
        Assert.Equal(errors[0].GetProperty("code").GetInt32(), json.Code);
        Assert.Contains("edit.output-exists", errors.Select(error => error.GetProperty("kind").GetString()));
        Assert.Contains("edit.shape-mismatch", errors.Select(error => error.GetProperty("kind").GetString()));
        Assert.Equal(json.Code, text.Code);
        Assert.Contains("errors; nothing has been written", text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_model_that_cannot_be_opened_is_reported_at_once()
    {
        var outcome = await Taskvec.RunAsync("add", _place.PathOf("x"), _place.PathOf("y"), "-o", _place.PathOf("out"), "--json");

        Assert.Equal(3, outcome.Code);
        Assert.Equal(2, outcome.Json.GetProperty("errors").GetArrayLength());
    }

    [Theory]
    [InlineData("--modle", "--model")]
    [InlineData("--includ", "--include")]
    [InlineData("--forse", "--force")]
    [InlineData("--jsn", "--json")]
    public async Task A_misspelled_option_is_answered_with_the_right_one(string misspelled, string meant)
    {
        var outcome = await Taskvec.RunAsync("edit", "base", misspelled, $"base={_place.Base}", "-o", _place.PathOf("out"));

        Assert.Equal(2, outcome.Code);
        Assert.Contains($"Unknown option '{misspelled}'. Did you mean '{meant}'?", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cuda", "CPU")]
    [InlineData("--out-shard-size=1B", "--shard-size")]
    [InlineData("--allow-crimes", "not needed")]
    [InlineData("--random-seed", "--seed")]
    public async Task An_option_of_another_tool_is_answered_with_what_it_is_here(string option, string advice)
    {
        var outcome = await Taskvec.RunAsync("merge", "recipe.yml", option, "-o", _place.PathOf("out"));

        Assert.Equal(2, outcome.Code);
        Assert.Contains(advice, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelled_command_is_answered_with_the_right_one()
    {
        var outcome = await Taskvec.RunAsync("inspct", _place.Base);

        Assert.Equal(2, outcome.Code);
        Assert.Contains("Did you mean 'inspect'?", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_characters_of_arguments_do_not_reach_the_terminal()
    {
        var outcome = await Taskvec.RunAsync("inspect", "no\u001b[31mthing");

        Assert.DoesNotContain('\u001b', outcome.Error);
    }

    [Fact]
    public async Task A_vector_where_a_checkpoint_is_needed_is_named()
    {
        string vector = _place.PathOf("v.safetensors");
        Assert.Equal(0, (await Taskvec.RunAsync("diff", _place.Base, _place.Math, "-o", vector)).Code);
        var outcome = await Taskvec.RunAsync("compare", "--base", vector, _place.Math);

        Assert.Equal(2, outcome.Code);
        Assert.Contains("'v'", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unforeseen_exception_exits_with_70_and_asks_for_a_report()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var report = new Output.FailureReport(new Terminal(output, error, false, false), json: false);

        Assert.Equal(70, report.Report(new InvalidOperationException("odd")));
        Assert.Contains("Please report it", error.ToString(), StringComparison.Ordinal);
    }

    private string Fill(string argument) => argument
        .Replace("{base}", _place.Base, StringComparison.Ordinal)
        .Replace("{math}", _place.Math, StringComparison.Ordinal)
        .Replace("{code}", _place.Code, StringComparison.Ordinal)
        .Replace("{folder}", _place.Folder, StringComparison.Ordinal)
        .Replace("{out}", _place.PathOf("out"), StringComparison.Ordinal);
}
