using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Tests.Recipes;

namespace TaskVectors.Tests.Merging;

/// <summary>
/// Every method agrees with merges computed by another program (mergekit 0.1.5). The tolerance is each case's own: max|got - expected| over max|expected|
/// of a tensor, wide where that program rounds every intermediate to BF16. Elements whose selection hangs on such a rounding, or on the order of
/// equal magnitudes, are marked in fragile.safetensors and left out.
/// </summary>
public class GoldenMethodTests
{
    public static TheoryData<string> Cases => [.. All.Keys];

    private static readonly Dictionary<string, MergeCase> All = new()
    {
        ["arcee-fusion"] = new("arcee_fusion", "llama-base", ["llama-b"], ""),
        ["breadcrumbs"] = new("breadcrumbs", "llama-base", ["llama-a", "llama-b"], "weight[0]=0.6 density[0]=0.7 gamma[0]=0.05 weight[1]=0.5 density[1]=0.5 gamma[1]=0.1"),
        ["breadcrumbs-density-plus-gamma"] = new("breadcrumbs", "llama-base", ["llama-a", "llama-b"], "weight[0]=1 density[0]=0.9 gamma[0]=0.3 weight[1]=1 density[1]=0.6 gamma[1]=0.5"),
        ["breadcrumbs-small-gamma"] = new("breadcrumbs", "llama-base", ["llama-a", "llama-b"], "weight[0]=1 density[0]=0.8 weight[1]=0.5 density[1]=0.4 gamma[1]=0"),
        ["breadcrumbs-ties"] = new("breadcrumbs_ties", "llama-base", ["llama-a", "llama-b", "llama-c"], "normalize=true weight[0]=0.5 density[0]=0.6 gamma[0]=0.02 weight[1]=0.5 density[1]=0.6 gamma[1]=0.02 weight[2]=0.9 density[2]=0.3 gamma[2]=0.1"),
        ["dare-linear-d1"] = new("dare_linear", "llama-base", ["llama-a", "llama-b"], "weight[0]=0.5 density[0]=1 weight[1]=0.5 density[1]=1"),
        ["dare-ties-d1"] = new("dare_ties", "llama-base", ["llama-a", "llama-b", "llama-c"], "weight[0]=0.5 density[0]=1.0 weight[1]=0.4 weight[2]=0.3 density[2]=1"),
        ["della-d1"] = new("della", "llama-base", ["llama-a", "llama-b"], "lambda=1.1 weight[0]=0.5 density[0]=1 epsilon[0]=0.1 weight[1]=0.7 density[1]=1 epsilon[1]=0.1"),
        ["karcher-base-joins"] = new("karcher", "llama-base", ["llama-a", "llama-b"], ""),
        ["karcher-three-one-iteration"] = new("karcher", null, ["llama-a", "llama-b", "llama-c"], "max_iter=1 tol=1e-9"),
        ["karcher-two"] = new("karcher", null, ["llama-a", "llama-b"], ""),
        ["linear-bf16"] = new("linear", null, ["llama-bf16-a", "llama-bf16-b", "llama-bf16-c"], "weight[0]=0.3 weight[1]=0.45 weight[2]=0.25"),
        ["linear-mixed-dtypes"] = new("linear", null, ["llama-bf16-a", "llama-f16-a", "llama-b"], "weight[0]=1 weight[1]=1 weight[2]=2"),
        ["linear-no-normalize"] = new("linear", null, ["llama-a", "llama-b", "llama-c"], "normalize=false weight[0]=0.5 weight[1]=0.4 weight[2]=-0.1"),
        ["linear-normalize"] = new("linear", null, ["llama-a", "llama-b"], "weight[0]=0.7 weight[1]=0.5"),
        ["linear-qwen2-mixed-tie"] = new("linear", "qwen2-untied", ["qwen2-a", "qwen2-untied"], "weight[0]=0.5 weight[1]=0.5"),
        ["linear-sharded"] = new("linear", null, ["llama-sharded-base", "llama-sharded-a"], "weight[0]=1 weight[1]=3"),
        ["model-stock-filter-wise"] = new("model_stock", "llama-base", ["llama-a", "llama-c", "llama-b"], "filter_wise=true"),
        ["model-stock-three"] = new("model_stock", "llama-base", ["llama-a", "llama-b", "llama-c"], ""),
        ["model-stock-two"] = new("model_stock", "llama-base", ["llama-a", "llama-b"], ""),
        ["multislerp"] = new("multislerp", null, ["llama-a", "llama-b", "llama-c"], "weight[0]=0.5 weight[1]=0.3 weight[2]=0.9"),
        ["multislerp-base-unnormalized"] = new("multislerp", "llama-base", ["llama-a", "llama-b", "llama-c"], "normalize_weights=false eps=1e-6 weight[0]=0.5 weight[1]=0.3 weight[2]=0.4"),
        ["nearswap"] = new("nearswap", "llama-base", ["llama-a"], "t=0.004"),
        ["nuslerp"] = new("nuslerp", null, ["llama-a", "llama-b"], "weight[0]=0.3 weight[1]=0.9"),
        ["nuslerp-base"] = new("nuslerp", "llama-base", ["llama-a", "llama-b"], "weight[0]=0.6 weight[1]=0.2"),
        ["nuslerp-columns-base"] = new("nuslerp", "llama-base", ["llama-a", "llama-b"], "nuslerp_flatten=false nuslerp_row_wise=true weight[0]=1 weight[1]=3"),
        ["nuslerp-rows"] = new("nuslerp", null, ["llama-a", "llama-b"], "nuslerp_flatten=false weight[0]=0.5 weight[1]=0.5"),
        ["ram"] = new("ram", "llama-base", ["llama-a", "llama-b", "llama-c"], "epsilon=1e-3"),
        ["ram-default"] = new("ram", "llama-base", ["llama-b", "llama-c"], ""),
        ["ramplus-tl"] = new("ramplus_tl", "llama-base", ["llama-a", "llama-b", "llama-c"], "epsilon=0.005 r=0.4 alpha=0.5"),
        ["sce-topk01"] = new("sce", "llama-base", ["llama-a", "llama-b", "llama-c"], "select_topk=0.1"),
        ["sce-topk1"] = new("sce", "llama-base", ["llama-a", "llama-b", "llama-c"], "select_topk=1.0 int8_mask=true"),
        ["slerp-base-only-listed-once"] = new("slerp", "llama-base", ["llama-c"], "t=1.25"),
        ["slerp-bf16"] = new("slerp", "llama-bf16-a", ["llama-bf16-b"], "t=0.5"),
        ["slerp-scalar"] = new("slerp", "llama-a", ["llama-b"], "t=0.35"),
        ["task-arithmetic"] = new("task_arithmetic", "llama-base", ["llama-a", "llama-b"], "weight[0]=0.6 weight[1]=0.3"),
        ["task-arithmetic-base-listed"] = new("task_arithmetic", "llama-base", ["llama-c"], "weight[0]=1.5"),
        ["task-arithmetic-bf16"] = new("task_arithmetic", "llama-bf16-base", ["llama-bf16-a", "llama-bf16-b"], "weight[0]=0.3 weight[1]=0.4"),
        ["task-arithmetic-lambda-normalize"] = new("task_arithmetic", "llama-base", ["llama-a", "llama-b", "llama-c"], "normalize=true lambda=1.4 weight[0]=0.6 weight[1]=0.3 weight[2]=0.5"),
        ["task-arithmetic-negative"] = new("task_arithmetic", "llama-base", ["llama-a", "llama-b"], "lambda=0.8 weight[0]=1 weight[1]=-0.5"),
        ["ties-bf16"] = new("ties", "llama-bf16-base", ["llama-bf16-a", "llama-bf16-b"], "weight[0]=0.5 density[0]=0.4 weight[1]=0.5 density[1]=0.4"),
        ["ties-bf16-f32-bf16"] = new("ties", "llama-bf16-base", ["llama-bf16-a", "llama-bf16-b"], "weight[0]=0.5 density[0]=0.4 weight[1]=0.3 density[1]=0.4"),
        ["ties-d02-three"] = new("ties", "llama-base", ["llama-a", "llama-b", "llama-c"], "weight[0]=0.5 density[0]=0.2 weight[1]=0.3 density[1]=0.2 weight[2]=0.9 density[2]=0.2"),
        ["ties-d05"] = new("ties", "llama-base", ["llama-a", "llama-b"], "weight[0]=1 density[0]=0.5 weight[1]=1 density[1]=0.5"),
        ["ties-d1-no-normalize"] = new("ties", "llama-base", ["llama-a", "llama-b", "llama-c"], "normalize=false weight[0]=0.5 weight[1]=0.5 weight[2]=0.4"),
        ["ties-lambda-int8"] = new("ties", "llama-base", ["llama-a", "llama-b", "llama-c"], "normalize=true int8_mask=true lambda=1.3 weight[0]=0.5 density[0]=0.6 weight[1]=0.7 density[1]=0.4 weight[2]=0.4 density[2]=0.9"),
        ["ties-mixed-sign-weights"] = new("ties", "llama-base", ["llama-a", "llama-b"], "weight[0]=1 density[0]=0.7 weight[1]=-0.9 density[1]=0.7"),
        ["ties-qwen2"] = new("ties", "qwen2-base", ["qwen2-a", "qwen2-b"], "weight[0]=0.7 density[0]=0.5 weight[1]=0.5 density[1]=0.01"),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_method_agrees_with_the_other_program(string name)
    {
        using var folder = new TemporaryFolder();
        var golden = new GoldenRecipe(name);
        _ = await All[name].Compose().SaveAsync(folder["out"], EditOptions.Default with { OutputDType = golden.ExpectedDType });

        golden.RequireAgreement(Checkpoint.Open(folder["out"]));
    }
}
