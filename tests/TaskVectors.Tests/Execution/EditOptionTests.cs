using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>Requests that make no sense are refused before anything is read or written.</summary>
public sealed class EditOptionTests : IDisposable
{
    private readonly EditSandbox _sandbox = new();
    private readonly Checkpoint _pretrained;
    private readonly Checkpoint _finetuned;

    public EditOptionTests()
    {
        _pretrained = _sandbox.Model("base", ("layers.0.mlp.weight", DType.F32, [1]), ("layers.0.norm", DType.F32, [1]));
        _finetuned = _sandbox.Model("finetuned", ("layers.0.mlp.weight", DType.F32, [2]), ("layers.0.norm", DType.F32, [2]));
    }

    public static TheoryData<string> Invalid => ["memory", "threads", "many threads", "shard size", "dtype", "packed dtype"];

    private Checkpoint Edited => _pretrained + (0.5 * (_finetuned - _pretrained));

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [MemberData(nameof(Invalid))]
    public async Task An_option_outside_its_range_is_a_usage_error(string option)
    {
        EditOptions options = option switch
        {
            "memory" => EditOptions.Default with { Memory = EditOptions.MinimumMemory - 1 },
            "threads" => EditOptions.Default with { Threads = 0 },
            "many threads" => EditOptions.Default with { Threads = 1025 },
            "shard size" => EditOptions.Default with { ShardSize = 0 },
            "dtype" => EditOptions.Default with { OutputDType = DType.I32 },
            _ => EditOptions.Default with { OutputDType = DType.F4 },
        };
        _ = await _sandbox.RequirePlanError(EditError.InvalidOption, ErrorCategory.Usage, Edited, options);
    }

    [Fact]
    public async Task All_invalid_options_come_in_one_report()
    {
        EditOptions options = EditOptions.Default with { Memory = 1, Threads = -1, ShardSize = -1, OutputDType = DType.Bool };
        AggregateEditException report = await _sandbox.RequireUntouched<AggregateEditException>(() => Edited.SaveAsync(_sandbox["out"], options));
        Assert.Equal(4, report.Errors.Count);
        Assert.Equal(ErrorCategory.Usage, report.Category);
    }

    [Fact]
    public async Task A_pattern_that_matches_nothing_is_an_error_with_a_suggestion()
    {
        EditOptions options = EditOptions.Default with { Filter = new TensorFilter(["weigth"], ["*.bias"]) };
        AggregateEditException report = await _sandbox.RequireUntouched<AggregateEditException>(() => Edited.SaveAsync(_sandbox["out"], options));
        Assert.All(report.Errors.Cast<EditException>(), error => Assert.Equal(EditError.UnmatchedPattern, error.Error));
        Assert.Contains(report.Errors, error => error.Message.Contains("'weigth'", StringComparison.Ordinal) && error.Message.Contains("weight", StringComparison.Ordinal));
        Assert.Contains(report.Errors, error => error.Message.Contains("'*.bias'", StringComparison.Ordinal));
        Assert.Equal(ErrorCategory.Usage, report.Category);
    }

    [Fact]
    public async Task A_pattern_of_a_scaled_vector_must_match_too()
    {
        TaskVector scaled = (_finetuned - _pretrained).Scale(("attention", 0.5));
        EditException error = await _sandbox.RequirePlanError(EditError.UnmatchedPattern, ErrorCategory.Usage, _pretrained + scaled);
        Assert.Equal(_sandbox["base.safetensors"], error.File);
    }

    [Fact]
    public async Task Two_models_under_one_name_are_a_usage_error()
    {
        EditOptions options = EditOptions.Default with
        {
            ModelNames = ImmutableDictionary<string, string>.Empty
                .Add(_sandbox["base.safetensors"], "same")
                .Add(_sandbox["finetuned.safetensors"], "same"),
        };
        EditException error = await _sandbox.RequirePlanError(EditError.InvalidOption, ErrorCategory.Usage, Edited, options);
        Assert.Contains("'same'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_file_is_not_both_a_checkpoint_and_a_task_vector()
    {
        Checkpoint edited = _pretrained + TaskVector.Open(_sandbox["base.safetensors"]);
        EditException error = await _sandbox.RequirePlanError(EditError.InvalidOption, ErrorCategory.Usage, edited);
        Assert.Equal(_sandbox["base.safetensors"], error.File);
    }

    [Fact]
    public async Task Coefficients_whose_product_is_no_finite_number_are_an_error()
    {
        Checkpoint edited = _pretrained + (1e300 * (1e300 * (_finetuned - _pretrained)));
        AggregateEditException report = await _sandbox.RequireUntouched<AggregateEditException>(() => edited.SaveAsync(_sandbox["out"]));
        Assert.All(report.Errors.Cast<EditException>(), error => Assert.Equal(EditError.InvalidOption, error.Error));
    }

    [Fact]
    public async Task Sums_of_squares_beyond_the_range_of_a_number_do_not_spoil_the_manifest()
    {
        Checkpoint small = _sandbox.Model("small", ("w", DType.F64, [1, 2, 3]));
        Checkpoint huge = _sandbox.Model("huge", ("w", DType.F64, [1e200, -1e200, 3e200]));
        Manifest manifest = await (small + (0.5 * (huge - small))).SaveAsync(_sandbox["out"]);
        Assert.True(double.IsPositiveInfinity(manifest.EditNorm));
        Assert.True(double.IsPositiveInfinity(Manifest.Load(OutputTarget.FindManifest(_sandbox["out"])).EditNorm));
        Assert.True(OutputVerifier.Verify(_sandbox["out"]).IsGood);
    }

    [Fact]
    public void An_output_that_is_only_an_extension_is_a_usage_error()
    {
        EditException error = Assert.Throws<EditException>(() => new OutputTarget(_sandbox[".safetensors"]));
        Assert.Equal(ErrorCategory.Usage, error.Category);
    }
}
