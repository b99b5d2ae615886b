using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>Merges go through planner, executor, journal, manifest and replay as stored task vectors do.</summary>
public class ComputedVectorTests
{
    private const string Call = "tsvm(task0 - base, task1 - base, alpha: 0.9)";

    [Fact]
    public void Pieces_in_any_order_give_the_same_bytes()
    {
        using var model = new MatrixModel();
        CheckpointSource source = Merged(model, "iso_c").Form.Terms[0].Source;
        foreach (TensorInfo tensor in source.Tensors)
        {
            byte[] whole = new byte[tensor.ByteCount];
            using (ICheckpointReader reader = source.OpenReader())
            {
                reader.Read(tensor, 0, whole);
            }

            byte[] pieces = new byte[tensor.ByteCount];
            using ICheckpointReader other = source.OpenReader();
            var random = new Random(5);
            (int First, int Length)[] cuts = [.. Cuts(pieces.Length, random)];
            random.Shuffle(cuts);
            Parallel.ForEach(cuts, cut => other.Read(tensor, cut.First, pieces.AsSpan(cut.First, cut.Length)));
            Assert.Equal(whole, pieces);
        }
    }

    [Theory]
    [InlineData("tsvm")]
    [InlineData("iso_cts")]
    [InlineData("knots")]
    [InlineData("decomposed")]
    public async Task Threads_and_memory_do_not_change_a_byte(string method)
    {
        using var model = new MatrixModel(tasks: 3, DType.BF16);
        Checkpoint edited = model.Base + Merged(model, method);
        var manifests = new List<Manifest>();
        foreach ((int threads, long memory) in new[] { (1, 64L << 20), (2, 256L << 20), (7, 1L << 30) })
        {
            manifests.Add(await edited.SaveAsync(model[$"out{threads}"], EditOptions.Default with { Threads = threads, Memory = memory }));
        }

        Assert.All(manifests, manifest => Assert.Equal(manifests[0].Files.Select(file => file.Hash), manifest.Files.Select(file => file.Hash)));
        Assert.True(manifests[0].EditNorm > 0);
    }

    [Fact]
    public async Task An_interrupted_merge_goes_on_to_the_same_bytes()
    {
        using var model = new MatrixModel();
        using var stop = new CancellationTokenSource();
        var method = new HeavyMethod(1);
        Checkpoint edited = model.Base + method.Merge([Merged(model, "knots")]);
        Manifest straight = await edited.SaveAsync(model["straight"]);
        int units = method.UnitCount;
        method.Merging = unit => Stop(stop, unit == units + 4);
        EditOptions slow = EditOptions.Default with { Threads = 1 };
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => edited.SaveAsync(model["resumed"], slow, cancellationToken: stop.Token));
        int before = method.UnitCount;
        Manifest resumed = await edited.SaveAsync(model["resumed"], slow with { Resume = true });
        Assert.Equal(straight.Files.Select(file => file.Hash), resumed.Files.Select(file => file.Hash));
        Assert.InRange(method.UnitCount - before, 1, units - 1);
    }

    [Fact]
    public async Task What_did_not_converge_before_an_interruption_is_in_the_manifest_after_it()
    {
        // The bases of one vector taken twice are singular together; only in the embedding, which comes first, as nothing else is decomposed.
        using var model = new MatrixModel();
        using var stop = new CancellationTokenSource();
        var method = new HeavyMethod(1);
        TaskVector merged = MergeMethods.Find("tsvm").Merge([model.Vectors[0], model.Vectors[0]], new MergeSetting("exclude", "layers.*"));
        Checkpoint edited = model.Base + method.Merge([merged]);
        Manifest straight = await edited.SaveAsync(model["straight"]);
        int units = method.UnitCount;
        method.Merging = unit => Stop(stop, unit == units + 6);
        EditOptions slow = EditOptions.Default with { Threads = 1 };
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => edited.SaveAsync(model["resumed"], slow, cancellationToken: stop.Token));
        Manifest resumed = await edited.SaveAsync(model["resumed"], slow with { Resume = true });
        Assert.Contains(straight.Warnings, warning => warning.Contains("Newton-Schulz", StringComparison.Ordinal));
        Assert.Equal(string.Join("\n", straight.Warnings), string.Join("\n", resumed.Warnings));
    }

    [Fact]
    public async Task The_manifest_lists_what_was_read_and_makes_it_again()
    {
        using var model = new MatrixModel();
        var edit = EditExpression.Parse($"base + {Call}", Models(model));
        EditOptions options = EditOptions.Default with { Expression = edit.Text, ModelNames = Names(model) };
        Manifest manifest = await edit.Checkpoint!.SaveAsync(model["out"], options);
        Assert.Equal(["base", "task0", "task1"], manifest.Inputs.Select(input => input.Name));
        Assert.All(manifest.Inputs, input => Assert.StartsWith("xxh128:", input.Fingerprint, StringComparison.Ordinal));
        Assert.Empty(OutputVerifier.Verify(model["out"]).Problems);

        EditPlan plan = ManifestReplay.Plan(model["out"], new OutputTarget(model["again"]), EditOptions.Default);
        Assert.Empty(ManifestReplay.Compare(manifest, await EditExecutor.RunAsync(plan)));
    }

    [Fact]
    public async Task The_derived_expression_makes_it_again_too()
    {
        using var model = new MatrixModel();
        TaskVector nested = MergeMethods.Find("iso_c").Merge([Merged(model, "tsvm"), 0.5 * model.Vectors[1]], new MergeSetting("alpha", "0.3"));
        TaskVector scaled = (2 * nested.Scale(("layers.0", 0.25))) - model.Vectors[0];
        Manifest manifest = await (model.Base + scaled).SaveAsync(model["out"]);
        EditPlan plan = ManifestReplay.Plan(model["out"], new OutputTarget(model["again"]), EditOptions.Default);
        Assert.Empty(ManifestReplay.Compare(manifest, await EditExecutor.RunAsync(plan)));
        Assert.Contains("iso_c(", manifest.Expression, StringComparison.Ordinal);
        Assert.Contains("tsvm(", manifest.Expression, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_input_is_noticed_before_a_replay()
    {
        using var model = new MatrixModel();
        _ = await (model.Base + Merged(model, "tsvm")).SaveAsync(model["out"]);
        model.Write("task1", seed: 0, moved: 9);
        EditException error = Assert.Throws<EditException>(() => ManifestReplay.Plan(model["out"], new OutputTarget(model["again"]), EditOptions.Default));
        Assert.Equal(EditError.InputChanged, error.Error);
        Assert.Contains("task1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merged_vector_is_saved_relative_to_its_base_and_applied_to_it()
    {
        using var model = new MatrixModel();
        TaskVector merged = Merged(model, "tsvm");
        _ = await merged.SaveAsync(model["merged.safetensors"], EditOptions.Default with { OutputDType = DType.F64 });
        var stored = TaskVector.Open(model["merged.safetensors"]);
        _ = await (model.Base + stored).SaveAsync(model["stored.safetensors"]);
        _ = await (model.Base + merged).SaveAsync(model["direct.safetensors"]);
        Assert.All(MatrixModel.Names, name => Assert.Equal(TestModel.Bytes(Checkpoint.Open(model["direct.safetensors"]), name), TestModel.Bytes(Checkpoint.Open(model["stored.safetensors"]), name)));
    }

    [Fact]
    public async Task A_filter_leaves_other_tensors_at_the_base()
    {
        using var model = new MatrixModel();
        EditOptions options = EditOptions.Default with { Filter = new TensorFilter(["mlp"], []) };
        _ = await (model.Base + Merged(model, "tsvm")).SaveAsync(model["filtered.safetensors"], options);
        _ = await (model.Base + Merged(model, "tsvm")).SaveAsync(model["all.safetensors"]);
        foreach (string name in MatrixModel.Names)
        {
            Checkpoint expected = name.Contains("mlp", StringComparison.Ordinal) ? Checkpoint.Open(model["all.safetensors"]) : model.Base;
            Assert.Equal(TestModel.Bytes(expected, name), TestModel.Bytes(Checkpoint.Open(model["filtered.safetensors"]), name));
        }
    }

    [Fact]
    public async Task Stored_vectors_of_another_base_are_refused_inside_a_merge_too()
    {
        using var model = new MatrixModel();
        _ = await model.Vectors[0].SaveAsync(model["vector.safetensors"]);
        model.Write("other", seed: 77, moved: 0);
        TaskVector merged = MergeMethods.Find("tsvm").Merge([TaskVector.Open(model["vector.safetensors"])]);
        var target = new OutputTarget(model["out"]);
        EditException error = Assert.Throws<EditException>(() => EditPlanner.Plan(Checkpoint.Open(model.PathOf("other")) + merged, target, EditOptions.Default));
        Assert.Equal(EditError.BaseMismatch, error.Error);
        _ = EditPlanner.Plan(model.Base + merged, target, EditOptions.Default);
    }

    [Fact]
    public void A_model_that_lacks_tensors_is_named_at_planning()
    {
        using var model = new MatrixModel();
        model.Write("short", seed: 0, moved: 3, keep: name => !name.StartsWith("layers.0.mlp", StringComparison.Ordinal));
        TaskVector merged = MergeMethods.Find("tsvm").Merge([model.Vectors[0], Checkpoint.Open(model.PathOf("short")) - model.Base]);
        EditException error = Assert.Throws<EditException>(() => EditPlanner.Plan(model.Base + merged, new OutputTarget(model["out"]), EditOptions.Default));
        Assert.Equal(EditError.MissingTensors, error.Error);
        Assert.Contains("layers.0.mlp.down.weight", error.Message, StringComparison.Ordinal);
        EditPlan plan = EditPlanner.Plan(model.Base + merged, new OutputTarget(model["out"]), EditOptions.Default with { Missing = MissingTensors.Base });
        Assert.Equal(TensorOperation.Copy, plan.Tensors.Single(tensor => tensor.Output.Name == "layers.0.mlp.up.weight").Operation);
    }

    [Fact]
    public async Task NaN_is_named_with_its_tensor()
    {
        using var model = new MatrixModel();
        model.Write("damaged", seed: 0, moved: 3, first: double.NaN);
        TaskVector merged = MergeMethods.Find("tsvm").Merge([model.Vectors[0], Checkpoint.Open(model.PathOf("damaged")) - model.Base]);
        EditException error = await Assert.ThrowsAsync<EditException>(() => (model.Base + merged).SaveAsync(model["out"], EditOptions.Default with { Threads = 1 }));
        Assert.Equal(EditError.NaN, error.Error);
        Assert.Contains("embed.weight", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_keeps_to_the_memory_budget_or_says_what_it_needs()
    {
        using var model = new MatrixModel();
        EditPlan plan = EditPlanner.Plan(model.Base + Merged(model, "tsvm"), new OutputTarget(model["out"]), EditOptions.Default with { Memory = EditOptions.MinimumMemory });
        Assert.InRange(plan.ComputationBytes, 1, EditOptions.MinimumMemory * 3 / 4);
        Assert.InRange(plan.PeakBufferBytes, plan.ComputationBytes + 1, EditOptions.MinimumMemory);

        TaskVector heavy = new HeavyMethod(1L << 40).Merge([model.Vectors[0]]);
        EditException error = Assert.Throws<EditException>(() => EditPlanner.Plan(model.Base + heavy, new OutputTarget(model["out"]), EditOptions.Default));
        Assert.Equal(EditError.NotEnoughMemory, error.Error);
        Assert.Contains("--memory", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Tensor);
    }

    [Fact]
    public async Task No_more_units_are_worked_on_at_once_than_fit()
    {
        using var model = new MatrixModel();
        var method = new HeavyMethod(20L << 20);
        EditOptions options = EditOptions.Default with { Threads = 7, Memory = 64L << 20 };
        _ = await (model.Base + method.Merge([model.Vectors[0]])).SaveAsync(model["out"], options);
        Assert.InRange(method.MostAtOnce, 1, 2);
    }

    [Theory]
    [InlineData("base + tsvm(task0, task1 - base)", "argument 1 is a model")]
    [InlineData("base + tsvm(alpha: 1)", "needs a task vector")]
    [InlineData("base + iso_d(task0 - base)", "Did you mean 'iso_c'?")]
    [InlineData("base + tsvm(task0 - base, alpa: 1)", "Did you mean 'alpha'?")]
    [InlineData("base + tsvm(task0 - base, rank_fraction: 2)", "(0, 1]")]
    [InlineData("base + tsvm(task0 - base, alpha: )", "A value is missing")]
    [InlineData("base + tsvm(task0 - base, alpha: [1, 2)", "not closed")]
    [InlineData("base + tsvm(task0 - base", "not closed")]
    public void A_wrong_call_is_explained(string expression, string hint)
    {
        using var model = new MatrixModel();
        TaskVectorsException error = Assert.ThrowsAny<TaskVectorsException>(() => EditExpression.Parse(expression, Models(model)));
        Assert.Contains(hint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_may_have_the_name_of_a_method()
    {
        using var model = new MatrixModel();
        ExpressionModels models = new ExpressionModels().AddMergeMethods().Add("base", model.Base).Add("tsvm", Checkpoint.Open(model.PathOf("task0")));
        Assert.NotNull(EditExpression.Parse("base + tsvm(tsvm - base, alpha:2)", models).Checkpoint);
    }

    [Fact]
    public void The_fingerprint_tells_inputs_and_parameters_apart_and_reads_no_result()
    {
        using var model = new MatrixModel();
        TaskVector[] vectors =
        [
            Merged(model, "tsvm"),
            Merged(model, "tsvm_lossless"),
            MergeMethods.Find("tsvm").Merge(model.Vectors, new MergeSetting("alpha", "0.5")),
            MergeMethods.Find("tsvm").Merge([model.Vectors[1], model.Vectors[0]]),
            new HeavyMethod(1L << 40).Merge([model.Vectors[0]]),
        ];
        string[] fingerprints = [.. vectors.Select(vector => CheckpointFingerprint.Compute(vector.Form.Terms[0].Source))];
        Assert.Equal(fingerprints.Length, fingerprints.Distinct().Count());
        Assert.Equal(fingerprints[0], CheckpointFingerprint.Compute(Merged(model, "tsvm").Form.Terms[0].Source));
    }

    private static TaskVector Merged(MatrixModel model, string method) => MergeMethods.Find(method).Merge(model.Vectors);

    private static ExpressionModels Models(MatrixModel model) => new ExpressionModels()
        .AddMergeMethods()
        .Add("base", model.Base)
        .Add("task0", Checkpoint.Open(model.PathOf("task0")))
        .Add("task1", Checkpoint.Open(model.PathOf("task1")));

    private static System.Collections.Immutable.ImmutableDictionary<string, string> Names(MatrixModel model) =>
        System.Collections.Immutable.ImmutableDictionary.CreateRange(new[] { "base", "task0", "task1" }.Select(name => KeyValuePair.Create(model.PathOf(name), name)));

    private static IEnumerable<(int First, int Length)> Cuts(int length, Random random)
    {
        for (int first = 0; first < length;)
        {
            int count = Math.Min(1 + random.Next(500), length - first);
            yield return (first, count);
            first += count;
        }
    }

    private static void Stop(CancellationTokenSource stop, bool isTime)
    {
        if (isTime)
        {
            stop.Cancel();
        }
    }

    /// <summary>A method that claims to need memory and counts how many units it works on at once.</summary>
    private sealed class HeavyMethod(long bytes) : IMergeMethod
    {
        private int _now;

        public int MostAtOnce { get; private set; }

        public int UnitCount { get; private set; }

        public Action<int>? Merging { get; set; }

        public string Name => "heavy";

        public string Summary => "";

        public string Formula => "";

        public string Source => "";

        public IReadOnlyList<TaskVectors.Merging.Parameters.MergeParameter> Parameters => [];

        public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(this, bytes);

        private sealed class Kernel(HeavyMethod method, long bytes) : MatrixKernel
        {
            public override long WorkingBytes(MergeUnit unit, int vectors, int threads) => bytes;

            public override IReadOnlyList<Matrix<double>> Merge(IUnitVectors vectors, MergeContext context)
            {
                lock (method)
                {
                    method.MostAtOnce = Math.Max(method.MostAtOnce, ++method._now);
                    method.UnitCount++;
                    method.Merging?.Invoke(method.UnitCount);
                }

                Thread.Sleep(5);
                Matrix<double> result = vectors.Read(0);
                lock (method)
                {
                    method._now--;
                }

                return [result];
            }
        }
    }
}
