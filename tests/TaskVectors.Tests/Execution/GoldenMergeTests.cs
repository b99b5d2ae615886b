using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>
/// Linear merges and task arithmetic computed by another program, written here as edits. The tolerance is each case's own:
/// max|got - expected| over max|expected| of a tensor; it is wide where the other program rounds every intermediate to BF16.
/// </summary>
public class GoldenMergeTests
{
    public static TheoryData<string> Cases => [.. Edits.Keys];

    private static readonly Dictionary<string, Func<Checkpoint>> Edits = new()
    {
        ["linear-bf16"] = () => Checkpoint.WeightedSum((0.3, Model("llama-bf16-a")), (0.45, Model("llama-bf16-b")), (0.25, Model("llama-bf16-c"))),
        ["linear-mixed-dtypes"] = () => Checkpoint.WeightedSum((0.25, Model("llama-bf16-a")), (0.25, Model("llama-f16-a")), (0.5, Model("llama-b"))),
        ["linear-no-normalize"] = () => Checkpoint.WeightedSum((0.5, Model("llama-a")), (0.4, Model("llama-b")), (-0.1, Model("llama-c"))),
        ["linear-normalize"] = () => Checkpoint.WeightedSum((0.7 / 1.2, Model("llama-a")), (0.5 / 1.2, Model("llama-b"))),
        ["linear-qwen2-mixed-tie"] = () => Checkpoint.WeightedSum((0.5, Model("qwen2-untied")), (0.5, Model("qwen2-a"))),
        ["linear-sharded"] = () => Checkpoint.WeightedSum((0.25, Model("llama-sharded-base")), (0.75, Model("llama-sharded-a"))),
        ["task-arithmetic"] = () => Arithmetic("llama-base", ("llama-a", 0.6), ("llama-b", 0.3)),
        ["task-arithmetic-base-listed"] = () => Arithmetic("llama-base", ("llama-c", 1.5)),
        ["task-arithmetic-bf16"] = () => Arithmetic("llama-bf16-base", ("llama-bf16-a", 0.3), ("llama-bf16-b", 0.4)),
        ["task-arithmetic-bf16-f32-bf16"] = () => Arithmetic("llama-bf16-base", ("llama-bf16-a", 0.3), ("llama-bf16-b", 0.4)),
        ["task-arithmetic-lambda-normalize"] = () => Arithmetic("llama-base", ("llama-a", 1.4 * 0.6 / 1.4), ("llama-b", 1.4 * 0.3 / 1.4), ("llama-c", 1.4 * 0.5 / 1.4)),
        ["task-arithmetic-modules"] = () => Arithmetic("llama-base", ("llama-a", 0.9 * 0.5), ("llama-c", 0.9 * 1.25)),
        ["task-arithmetic-negative"] = () => Arithmetic("llama-base", ("llama-a", 0.8), ("llama-b", -0.4)),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_edit_agrees_with_the_other_program(string name)
    {
        using var folder = new TemporaryFolder();
        using JsonDocument description = JsonDocument.Parse(await File.ReadAllTextAsync(GoldenPath.Of("merge", name, "case.json")));
        double tolerance = description.RootElement.GetProperty("tolerance").GetProperty("rel").GetDouble();
        Assert.True(DTypes.TryParse(description.RootElement.GetProperty("expected_dtype").GetString(), out DType dtype));

        _ = await Edits[name]().SaveAsync(folder["out"], EditOptions.Default with { OutputDType = dtype, ShardSize = 40_000 });

        RequireAgreement(name, folder["out"], tolerance);
    }

    private static void RequireAgreement(string name, string output, double tolerance)
    {
        Checkpoint expected = Checkpoint.Open(GoldenPath.Of("merge", name, "expected.safetensors"));
        Checkpoint actual = Checkpoint.Open(output);
        Assert.Equal(expected.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal), actual.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        foreach (TensorInfo tensor in expected.Tensors)
        {
            double[] wanted = TestModel.Values(expected, tensor.Name);
            double[] got = TestModel.Values(actual, tensor.Name);
            double largest = wanted.Max(Math.Abs);
            double difference = wanted.Zip(got, (left, right) => Math.Abs(left - right)).Max();
            Assert.True(difference <= tolerance * largest, $"{tensor.Name}: off by {difference:G3} of {largest:G3}");
        }
    }

    [Fact]
    public async Task A_merge_in_BF16_of_F32_models_is_three_edits()
    {
        // The other program rounds its inputs to BF16, the result too, and then stores BF16 values as F32.
        using var folder = new TemporaryFolder();
        EditOptions narrow = EditOptions.Default with { OutputDType = DType.BF16 };
        _ = await Model("llama-a").SaveAsync(folder["a"], narrow);
        _ = await Model("llama-b").SaveAsync(folder["b"], narrow);
        _ = await Checkpoint.WeightedSum((0.6, Checkpoint.Open(folder["a"])), (0.4, Checkpoint.Open(folder["b"]))).SaveAsync(folder["merged"]);
        _ = await Checkpoint.Open(folder["merged"]).SaveAsync(folder["out"], EditOptions.Default with { OutputDType = DType.F32 });
        RequireAgreement("linear-bf16-out-float32", folder["out"], 0.005);
    }

    private static Checkpoint Model(string name) => Checkpoint.Open(GoldenPath.Of("merge", "models", name));

    private static Checkpoint Arithmetic(string baseName, params (string Name, double Coefficient)[] tasks)
    {
        Checkpoint pretrained = Model(baseName);
        return tasks.Aggregate(pretrained, (edited, task) => edited + (task.Coefficient * (Model(task.Name) - pretrained)));
    }
}
