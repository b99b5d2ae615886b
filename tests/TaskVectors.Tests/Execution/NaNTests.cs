using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>Weights that are NaN stop an edit, unless they are to be kept.</summary>
public sealed class NaNTests : IDisposable
{
    private readonly EditSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public async Task The_error_names_the_tensor_and_the_model_it_came_from_also_where_bytes_are_only_copied(double coefficient)
    {
        Checkpoint pretrained = _sandbox.Model("base", ("good", DType.BF16, Values(1)), ("bad", DType.BF16, Values(2)));
        Checkpoint broken = _sandbox.Model("broken", ("good", DType.BF16, Values(3)), ("bad", DType.BF16, Values(4, double.NaN)));
        EditException error = await Assert.ThrowsAsync<EditException>(() => (pretrained + (coefficient * (broken - pretrained))).SaveAsync(_sandbox["out"]));
        Assert.Equal(EditError.NaN, error.Error);
        Assert.Equal(ErrorCategory.BadInput, error.Category);
        Assert.Equal("bad", error.Tensor);
        Assert.Equal(_sandbox["broken.safetensors"], error.File);
        Assert.Contains("'broken'", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_sandbox["out"]));
    }

    [Fact]
    public async Task A_model_that_plays_no_part_is_not_blamed()
    {
        // The base has a coefficient of 0 and is read only to measure the edit.
        Checkpoint pretrained = _sandbox.Model("base", ("w", DType.F32, [double.NaN, 1]));
        Checkpoint first = _sandbox.Model("first", ("w", DType.F32, [1, 2]));
        Checkpoint second = _sandbox.Model("second", ("w", DType.F32, [3, double.NaN]));
        Checkpoint edited = pretrained + (0.5 * (first - pretrained)) + (0.5 * (second - pretrained));
        EditException error = await Assert.ThrowsAsync<EditException>(() => edited.SaveAsync(_sandbox["out"]));
        Assert.Equal(_sandbox["second.safetensors"], error.File);
    }

    [Fact]
    public async Task Infinities_that_cancel_are_not_blamed_on_a_model()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("w", DType.F32, [double.PositiveInfinity]));
        Checkpoint first = _sandbox.Model("first", ("w", DType.F32, [double.PositiveInfinity]));
        EditException error = await Assert.ThrowsAsync<EditException>(() => (pretrained - (0.5 * (first - pretrained))).SaveAsync(_sandbox["out"]));
        Assert.Equal(EditError.NaN, error.Error);
        Assert.Contains("cancel", error.Message, StringComparison.Ordinal);
        Assert.Equal("w", error.Tensor);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public async Task Kept_NaN_is_written_and_counted(double coefficient)
    {
        Checkpoint pretrained = _sandbox.Model("base", ("w", DType.F32, Values(1)));
        Checkpoint broken = _sandbox.Model("broken", ("w", DType.F32, Values(2, double.NaN)));
        Manifest manifest = await (pretrained + (coefficient * (broken - pretrained))).SaveAsync(_sandbox["out"], EditOptions.Default with { NaN = NaNPolicy.Keep });
        double[] written = TestModel.Values(Checkpoint.Open(_sandbox["out"]), "w");
        Assert.Equal(2, written.Count(double.IsNaN));
        Assert.Equal(2, manifest.NaNCount);
        Assert.Equal(2, Assert.Single(manifest.Tensors).NaNCount);
        Assert.Contains(manifest.Warnings, warning => warning.Contains("NaN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_edit_that_stopped_at_NaN_goes_on_when_told_to_keep_them_and_back()
    {
        Checkpoint broken = _sandbox.Model("broken", ("a", DType.F32, [1, 2]), ("b", DType.F32, [double.NaN]));
        Checkpoint other = _sandbox.Model("other", ("a", DType.F32, [1, 4]), ("b", DType.F32, [3]));
        Checkpoint edited = Checkpoint.WeightedSum((0.5, broken), (0.5, other));
        EditOptions keep = EditOptions.Default with { NaN = NaNPolicy.Keep };
        _ = await Assert.ThrowsAsync<EditException>(() => edited.SaveAsync(_sandbox["out"]));
        _ = await edited.SaveAsync(_sandbox["out"], keep with { Resume = true });
        Assert.Equal([1, 3], TestModel.Values(Checkpoint.Open(_sandbox["out"]), "a"));
    }

    private static double[] Values(int seed, double? special = null)
    {
        double[] values = TestModel.Numbers(seed, 5_000);
        if (special is { } value)
        {
            values[17] = value;
            values[4_999] = value;
        }

        return values;
    }
}
