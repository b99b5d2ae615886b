using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Execution.Planning;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Recipes;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>What must hold of methods that work in tiles, whatever the models.</summary>
public sealed class MethodPropertyTests : IDisposable
{
    private static readonly (string Name, long[] Shape)[] Layers =
    [
        ("embed.weight", [301, 130]), ("layer.weight", [70, 257]), ("layer.bias", [257]), ("conv.weight", [6, 5, 4, 3]), ("scale", []),
    ];

    private readonly TemporaryFolder _folder = new();

    /// <summary>Methods and settings for which merging a model with itself gives that model, and whether its own base is given rather than another.</summary>
    public static TheoryData<string, string, string> Idempotent => new()
    {
        { "arcee_fusion", "", "self" },
        { "della", "density=1", "base" },
        { "karcher", "", "none" },
        { "karcher", "", "self" },
        { "linear", "weight=0.3", "none" },
        { "model_stock", "", "base" },
        { "model_stock", "filter_wise=true", "base" },
        { "model_stock", "variant=paper", "base" },
        { "multislerp", "weight=0.4", "none" },
        { "multislerp", "weight=0.4", "base" },
        { "nearswap", "t=0.01", "self" },
        { "nuslerp", "weight=0.4", "none" },
        { "nuslerp", "weight=0.4", "base" },
        { "nuslerp", "weight=0.4 nuslerp_flatten=false", "none" },
        { "nuslerp", "weight=0.4 nuslerp_flatten=false", "base" },
        { "nuslerp", "weight=0.4 nuslerp_flatten=false nuslerp_row_wise=true", "none" },
        { "nuslerp", "weight=0.4 nuslerp_flatten=false nuslerp_row_wise=true", "base" },
        { "ram", "epsilon=0", "base" },
        { "ramplus_tl", "epsilon=0", "base" },
        { "sce", "", "base" },
        { "slerp", "t=0.3", "self" },
        { "slerp", "t=0.7", "none" },
        { "ties", "", "base" },
    };

    /// <summary>Methods with settings that make them use all of their passes.</summary>
    public static TheoryData<string, string, int> Tiled => new()
    {
        { "arcee_fusion", "", 2 },
        { "della", "density=0.5 epsilon=0.2", 3 },
        { "della", "density=0.5 epsilon=0.2 variant=paper", 3 },
        { "della_linear", "density=0.5 epsilon=0.2 rescale=false", 3 },
        { "karcher", "", 3 },
        { "model_stock", "", 3 },
        { "model_stock", "filter_wise=true", 3 },
        { "multislerp", "weight=1", 3 },
        { "nearswap", "t=0.01", 2 },
        { "nuslerp", "weight=1", 2 },
        { "nuslerp", "weight=1 nuslerp_flatten=false", 2 },
        { "nuslerp", "weight=1 nuslerp_flatten=false nuslerp_row_wise=true", 2 },
        { "passthrough", "scale=0.5", 1 },
        { "ram", "epsilon=0.05", 3 },
        { "ramplus_tl", "epsilon=0.05", 3 },
        { "sce", "select_topk=0.3", 3 },
        { "slerp", "t=0.3", 2 },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Idempotent))]
    public async Task Merging_a_model_with_itself_gives_that_model_bit_for_bit(string method, string settings, string origin)
    {
        foreach (DType dtype in new[] { DType.F32, DType.BF16 })
        {
            Checkpoint model = Write($"model-{dtype}", dtype, seed: 1);
            Checkpoint? given = origin switch
            {
                "self" => model,
                "base" => Write($"base-{dtype}", dtype, seed: 2),
                _ => null,
            };
            Checkpoint[] models = origin == "self" && MergeMethods.Find(method).MaximumVectors == 2 ? [model] : [model, model];
            Checkpoint merged = await Save(method, given, models, settings, EditOptions.Default);
            Assert.All(Layers, layer => Assert.Equal(TestModel.Bytes(model, layer.Name), TestModel.Bytes(merged, layer.Name)));
        }
    }

    [Theory]
    [MemberData(nameof(Tiled))]
    public async Task Threads_and_memory_do_not_change_a_byte(string method, string settings, int count)
    {
        Checkpoint origin = Write("base", DType.BF16, seed: 3);
        Checkpoint[] models = [.. Enumerable.Range(0, count).Select(model => Write($"m{model}", DType.BF16, 3, moved: model + 1))];
        Checkpoint? given = MergeMethods.Find(method).Base is BaseRole.Origin or BaseRole.OptionalOrigin ? origin : null;
        Checkpoint expected = await Save(method, given, models, settings, EditOptions.Default with { Threads = 1, OutputDType = DType.F32 });
        foreach ((int threads, long memory) in new[] { (2, 64L << 20), (7, 512L << 20) })
        {
            Checkpoint merged = await Save(method, given, models, settings, EditOptions.Default with { Threads = threads, Memory = memory, OutputDType = DType.F32 });
            Assert.All(Layers, layer => Assert.Equal(TestModel.Bytes(expected, layer.Name), TestModel.Bytes(merged, layer.Name)));
        }
    }

    [Theory]
    [InlineData("della", "density=1 weight=0.7 normalize=true", "ties", "weight=0.7")]
    [InlineData("della_linear", "density=1 weight=0.7", "task_arithmetic", "weight=0.7")]
    [InlineData("dare_ties", "density=1 weight=0.7", "ties", "weight=0.7 normalize=false")]
    [InlineData("dare_linear", "density=1 weight=0.7", "task_arithmetic", "weight=0.7")]
    [InlineData("breadcrumbs", "density=1 weight=0.7", "task_arithmetic", "weight=0.7")]
    [InlineData("ramplus_tl", "r=0", "ram", "")]
    [InlineData("model_stock", "variant=paper", "model_stock", "")]
    public async Task A_method_without_its_own_part_is_the_plainer_one(string method, string settings, string plainer, string plainerSettings)
    {
        (Checkpoint origin, Checkpoint[] models) = WriteThree();
        Checkpoint merged = await Save(method, origin, models, settings, EditOptions.Default);
        Checkpoint expected = await Save(plainer, origin, models, plainerSettings, EditOptions.Default);
        Assert.All(Layers, layer => Assert.Equal(TestModel.Bytes(expected, layer.Name), TestModel.Bytes(merged, layer.Name)));
    }

    [Theory]
    [InlineData("della", "density=0.5")]
    [InlineData("della_linear", "density=0.5")]
    [InlineData("multislerp", "")]
    [InlineData("task_arithmetic", "")]
    [InlineData("ties", "density=0.5")]
    public async Task A_model_of_weight_zero_takes_no_part(string method, string settings)
    {
        (Checkpoint origin, Checkpoint[] models) = WriteThree();
        string weights = $"{settings} weight[0]=0.5 weight[1]=0.25";
        Checkpoint with = await Save(method, origin, models, $"{weights} weight[2]=0", EditOptions.Default);
        Checkpoint without = await Save(method, origin, models[..2], weights, EditOptions.Default);
        Assert.All(Layers, layer => Assert.Equal(TestModel.Bytes(without, layer.Name), TestModel.Bytes(with, layer.Name)));
    }

    [Theory]
    [InlineData("karcher", "")]
    [InlineData("model_stock", "")]
    [InlineData("model_stock", "filter_wise=true")]
    [InlineData("multislerp", "weight=0.2")]
    [InlineData("ram", "epsilon=0.05")]
    [InlineData("ramplus_tl", "epsilon=0.05")]
    [InlineData("sce", "select_topk=0.4")]
    public async Task The_order_of_the_models_does_not_matter(string method, string settings)
    {
        (Checkpoint origin, Checkpoint[] models) = WriteThree();
        Checkpoint first = await Save(method, origin, models, settings, EditOptions.Default with { OutputDType = DType.F64 });
        Checkpoint second = await Save(method, origin, [models[2], models[0], models[1]], settings, EditOptions.Default with { OutputDType = DType.F64 });

        // Sums in another order differ by a few roundings of F64; arccos near 1 makes angles of them.
        Assert.All(Layers, layer => RequireClose(TestModel.Values(first, layer.Name), TestModel.Values(second, layer.Name), 1e-12));
    }

    [Fact]
    public async Task Sce_weighs_small_differences_alike_or_by_their_energy_as_the_variant_says()
    {
        Checkpoint origin = TestModel.Write(_folder["base.safetensors"], ("w", DType.F64, [1, 1, 1, 1]));
        Checkpoint[] models =
        [
            TestModel.Write(_folder["a.safetensors"], ("w", DType.F64, [1 + 3e-4, 1 + 3e-4, 1 - 3e-4, 1])),
            TestModel.Write(_folder["b.safetensors"], ("w", DType.F64, [1 + 1e-4, 1 - 1e-4, 1 - 1e-4, 1])),
        ];
        Checkpoint alike = await Save("sce", origin, models, "", EditOptions.Default);
        Checkpoint weighed = await Save("sce", origin, models, "variant=paper", EditOptions.Default);

        // Energies are as 27 to 3; at the second element the signs differ and only the larger change remains.
        RequireClose([1 + 2e-4, 1 + 3e-4, 1 - 2e-4, 1], TestModel.Values(alike, "w"), 1e-14);
        RequireClose([1 + 2.8e-4, 1 + 3e-4, 1 - 2.8e-4, 1], TestModel.Values(weighed, "w"), 1e-14);
    }

    [Theory]
    [InlineData("mergekit", 1)]
    [InlineData("paper", 0)]
    public void A_plan_warns_that_sce_weighs_small_differences_alike(string variant, int expected)
    {
        Checkpoint origin = TestModel.Write(_folder["base.safetensors"], ("w", DType.F32, [1, 1]), ("v", DType.F32, [1, 1]));
        Checkpoint model = TestModel.Write(_folder["a.safetensors"], ("w", DType.F32, [1, 2]), ("v", DType.F32, [1, 2]));
        Checkpoint merged = origin + MergeMethods.Find("sce").Merge([model - origin, model - origin], new MergeSetting("variant", variant));
        EditPlan plan = EditPlanner.Plan(merged, new OutputTarget(_folder["out"]), EditOptions.Default);
        Assert.Equal(expected, plan.Warnings.Count(warning => warning.Contains("variant: paper", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Model_stock_takes_small_differences_for_orthogonal_or_not_as_the_variant_says()
    {
        Checkpoint origin = TestModel.Write(_folder["base.safetensors"], ("w", DType.F64, [0, 0]));
        Checkpoint[] models =
        [
            TestModel.Write(_folder["a.safetensors"], ("w", DType.F64, [3e-4, 4e-4])),
            TestModel.Write(_folder["b.safetensors"], ("w", DType.F64, [4e-4, 3e-4])),
        ];
        Checkpoint limited = await Save("model_stock", origin, models, "", EditOptions.Default);
        Checkpoint exact = await Save("model_stock", origin, models, "variant=paper", EditOptions.Default);

        // The inner product is 24e-8, the norms 5e-4: cosines of 0.24 by the limit and 0.96 without; ratios 2c / (1 + c).
        RequireClose([3.5e-4 * 0.48 / 1.24, 3.5e-4 * 0.48 / 1.24], TestModel.Values(limited, "w"), 1e-14);
        RequireClose([3.5e-4 * 1.92 / 1.96, 3.5e-4 * 1.92 / 1.96], TestModel.Values(exact, "w"), 1e-14);
    }

    [Fact]
    public async Task Karcher_counts_the_base_as_one_of_the_models()
    {
        Checkpoint origin = TestModel.Write(_folder["base.safetensors"], ("w", DType.F64, [1, 0]));
        Checkpoint model = TestModel.Write(_folder["a.safetensors"], ("w", DType.F64, [0, 1]));
        Checkpoint merged = await Save("karcher", origin, [model], "", EditOptions.Default);
        RequireClose([Math.Sqrt(0.5), Math.Sqrt(0.5)], TestModel.Values(merged, "w"), 1e-14);
    }

    [Fact]
    public async Task Karcher_leaves_the_base_out_by_its_paper()
    {
        Checkpoint origin = TestModel.Write(_folder["base.safetensors"], ("w", DType.F64, [1, 0]));
        Checkpoint[] models =
        [
            TestModel.Write(_folder["a.safetensors"], ("w", DType.F64, [0, 2])),
            TestModel.Write(_folder["b.safetensors"], ("w", DType.F64, [0, 4])),
        ];
        RequireClose([0, 3], TestModel.Values(await Save("karcher", origin, models, "variant=paper", EditOptions.Default), "w"), 1e-14);
        RequireClose([0, 3], TestModel.Values(await Save("karcher", null, models, "variant=paper", EditOptions.Default), "w"), 1e-14);
    }

    [Fact]
    public void A_recipe_warns_that_karcher_counts_the_base()
    {
        var recipe = Recipe.Load(GoldenPath.Of("merge", "karcher-base-joins", "recipe.yml"));
        RecipeProblem problem = Assert.Single(recipe.Problems);
        Assert.Equal((RecipeSeverity.Warning, 2), (problem.Severity, problem.Line));
        Assert.Contains("llama-base", problem.Message, StringComparison.Ordinal);
        Assert.True(recipe.IsValid);
    }

    [Fact]
    public async Task Opposite_vectors_leave_the_base_to_model_stock_and_a_linear_mean_to_multislerp()
    {
        Checkpoint origin = TestModel.Write(_folder["base.safetensors"], ("w", DType.F64, [1, 2]));
        Checkpoint[] models =
        [
            TestModel.Write(_folder["a.safetensors"], ("w", DType.F64, [2, 4])),
            TestModel.Write(_folder["b.safetensors"], ("w", DType.F64, [0, 0])),
        ];
        Checkpoint stock = await Save("model_stock", origin, models, "", EditOptions.Default);
        Checkpoint mean = await Save("multislerp", origin, models, "weight=1", EditOptions.Default);
        Assert.Equal([1, 2], TestModel.Values(stock, "w"));
        Assert.Equal([1, 2], TestModel.Values(mean, "w"));
    }

    private static void RequireClose(double[] expected, double[] actual, double tolerance)
    {
        double largest = expected.Max(Math.Abs);
        double difference = expected.Zip(actual, (wanted, got) => Math.Abs(wanted - got)).Max();
        Assert.True(difference <= tolerance * largest, $"off by {difference:G3} of {largest:G3}");
    }

    private async Task<Checkpoint> Save(string method, Checkpoint? origin, IReadOnlyList<Checkpoint> models, string settings, EditOptions options)
    {
        string path = _folder[$"{Guid.NewGuid():N}.safetensors"];
        _ = await MergeMethods.Find(method).Compose(origin, models, MergeCase.Parameters(settings)).SaveAsync(path, options);
        return Checkpoint.Open(path);
    }

    private (Checkpoint Origin, Checkpoint[] Models) WriteThree() =>
        (Write("base", DType.F32, seed: 3), [.. Enumerable.Range(1, 3).Select(model => Write($"m{model}", DType.F32, 3, moved: model))]);

    private Checkpoint Write(string name, DType dtype, int seed, int moved = 0)
    {
        string path = _folder[name + ".safetensors"];
        SafetensorsFile.Write(path, Layers.Select((layer, index) =>
        {
            var shape = new TensorShape(layer.Shape);
            int count = (int)shape.ElementCount;
            double[] values = TestModel.Numbers((100 * seed) + index, count);
            double[] change = moved == 0 ? new double[count] : TestModel.Numbers((7919 * moved) + index, count, 0.1);
            return (new TensorInfo(layer.Name, dtype, shape), TestModel.Encode(dtype, [.. values.Zip(change, (left, right) => left + right)]));
        }));
        return Checkpoint.Open(path);
    }
}
