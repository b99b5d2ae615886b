using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Reports;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;
using TaskVectors.Tests.LinearAlgebra;

namespace TaskVectors.Tests.Decomposition;

/// <summary>Whole models, small ones: what is written, and that nothing but the plan decides it.</summary>
public sealed class DecompositionRunnerTests : IDisposable
{
    private const string Mlp = "layers.0.mlp.weight";
    private const string Kernel = "conv.weight";
    private const string Bias = "layers.0.mlp.bias";
    private const string Embedding = "embed_tokens.weight";
    private const string Positions = "position_ids";

    private readonly TemporaryFolder _folder = new();

    // The managed implementation promises the same bytes for any number of threads, whatever other tests set for OpenBLAS.
    private static readonly DecompositionOptions Options = DecompositionOptions.Default with
    {
        LinearAlgebra = LinearAlgebraChoice.Managed,
        Subspace = SubspaceOptions.Default with { Rank = new FixedRank(3), NullDraws = 20 },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_parts_of_every_task_add_up_to_its_vector_and_are_ordinary_task_vectors()
    {
        Model[] models = WriteModels(tasks: 2);
        DecompositionReport report = await RunAsync(models, "out", Options);

        Checkpoint pretrained = Checkpoint.Open(models[0].Path);
        foreach (Model task in models[1..])
        {
            TaskVector shared = TaskVector.Open(_folder[$"out/{task.Name}.shared.safetensors"]);
            TaskVector unique = TaskVector.Open(_folder[$"out/{task.Name}.unique.safetensors"]);
            Assert.True(TaskVectorMetadata.IsTaskVector(shared.Base));
            Assert.Equal(CheckpointFingerprint.Compute(pretrained.Base), unique.Base.Metadata[TaskVectorMetadata.BaseFingerprintKey]);
            _ = await (pretrained + shared + unique).SaveAsync(_folder[$"again-{task.Name}"]);
            Checkpoint again = Checkpoint.Open(_folder[$"again-{task.Name}"]);
            Checkpoint tuned = Checkpoint.Open(task.Path);
            foreach (TensorInfo tensor in tuned.Tensors)
            {
                if (tensor.DType.IsArithmetic())
                {
                    // Three roundings to F32 of numbers of size 1.
                    AssertNear(TestModel.Values(tuned, tensor.Name), TestModel.Values(again, tensor.Name), 1e-6);
                }
            }
        }

        Assert.Equal([Kernel, Mlp], report.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        Assert.All(report.Tensors, tensor => Assert.Equal(1, tensor.SharedDimension));
        Assert.Equal([Kernel, Mlp], Names("out/a.shared.safetensors"));
        Assert.Equal([Kernel, Embedding, Bias, Mlp], Names("out/a.unique.safetensors"));
    }

    [Fact]
    public async Task The_hash_of_the_base_is_that_of_a_difference_to_it()
    {
        // A difference records the hash only where it has read all of the base, and it reads no integer tensors.
        Model[] models = [.. new[] { "base", "a", "b" }.Select((name, index) => new Model(name, _folder[$"{name}-{index}.safetensors"]))];
        foreach (Model model in models)
        {
            Write(model.Path, [(Mlp, DType.F32, [12, 10], TestModel.Numbers(model.Name[0] + 1, 120)), (Bias, DType.BF16, [30], TestModel.Numbers(model.Name[0], 30))]);
        }

        _ = await RunAsync(models, "out", Options);
        Checkpoint pretrained = Checkpoint.Open(models[0].Path);
        _ = await (Checkpoint.Open(models[1].Path) - pretrained).SaveAsync(_folder["vector.safetensors"]);

        CheckpointSource vector = CheckpointFormats.Open(_folder["vector.safetensors"]);
        CheckpointSource part = CheckpointFormats.Open(_folder["out/a.unique.safetensors"]);
        foreach (string key in new[] { TaskVectorMetadata.BaseHashKey, TaskVectorMetadata.BaseFingerprintKey })
        {
            Assert.Equal(vector.Metadata[key], part.Metadata[key]);
        }
    }

    [Fact]
    public async Task A_stored_vector_and_its_checkpoint_give_the_same_parts()
    {
        Model[] models = WriteModels(tasks: 2);
        _ = await RunAsync(models, "out", Options);
        Checkpoint pretrained = Checkpoint.Open(models[0].Path);
        Model[] vectors = [models[0], .. models[1..].Select(model => model with { Path = _folder[$"{model.Name}-vector.safetensors"] })];
        foreach ((Model model, Model vector) in models[1..].Zip(vectors[1..]))
        {
            _ = await (Checkpoint.Open(model.Path) - pretrained).SaveAsync(vector.Path);
        }

        _ = await RunAsync(vectors, "out2", Options);
        foreach (string file in new[] { "a.shared", "a.unique", "b.shared", "b.unique" })
        {
            Assert.Equal(File.ReadAllBytes(_folder[$"out/{file}.safetensors"]), File.ReadAllBytes(_folder[$"out2/{file}.safetensors"]));
        }
    }

    [Fact]
    public async Task Threads_and_memory_do_not_change_a_byte()
    {
        Model[] models = WriteModels(tasks: 3);
        _ = await RunAsync(models, "one", Options with { Threads = 1, Memory = EditOptions.MinimumMemory });
        _ = await RunAsync(models, "many", Options with { Threads = 8 });
        string[] files = [.. Directory.GetFiles(_folder["one"]).Select(file => Path.GetFileName(file)).Where(file => file != OutputTarget.ManifestFileName)];
        Assert.Equal(7, files.Length);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["one"], file)), File.ReadAllBytes(Path.Combine(_folder["many"], file))));
    }

    [Fact]
    public async Task An_interrupted_decomposition_goes_on_to_the_same_bytes()
    {
        Model[] models = WriteModels(tasks: 2);
        _ = await RunAsync(models, "whole", Options);
        using var stop = new CancellationTokenSource();
        var afterFirst = new ImmediateProgress(progress =>
        {
            if (progress.Tensor is not null)
            {
                stop.Cancel();
            }
        });
        DecompositionOptions single = Options with { Threads = 1 };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DecompositionRunner.RunAsync(Plan(models, "out", single), afterFirst, stop.Token));
        Assert.False(Directory.Exists(_folder["out"]));

        Assert.Equal("edit.output-exists", Assert.ThrowsAny<TaskVectorsException>(() => Plan(models, "out", single)).Kind);
        Assert.Equal(
            "edit.resume-mismatch",
            (await Assert.ThrowsAsync<EditException>(() => RunAsync(models, "out", single with { Resume = true, Vectors = VectorPolicy.Mean }))).Kind);
        _ = await RunAsync(models, "out", single with { Resume = true });
        Assert.All(["a.shared", "a.unique", "b.shared", "b.unique"], file =>
            Assert.Equal(File.ReadAllBytes(_folder[$"whole/{file}.safetensors"]), File.ReadAllBytes(_folder[$"out/{file}.safetensors"])));
        Assert.Equal(File.ReadAllText(_folder["whole/report.json"]), File.ReadAllText(_folder["out/report.json"]));
    }

    [Fact]
    public async Task The_report_says_of_each_matrix_what_is_shared()
    {
        Model[] models = WriteModels(tasks: 3);
        DecompositionReport report = await RunAsync(models, "out", Options);
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["out/report.json"]));
        JsonElement tensor = json.RootElement.GetProperty("tensors").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == Mlp);
        Assert.Equal([3, 3, 3], tensor.GetProperty("ranks").EnumerateArray().Select(rank => rank.GetInt32()));
        Assert.Equal((1 + (2 * 0.3)) / 3, tensor.GetProperty("cut").GetDouble(), 1e-12);
        Assert.Equal(1, tensor.GetProperty("eigenvalues")[0].GetDouble(), 1e-5);
        Assert.Equal(3, tensor.GetProperty("sharedFraction").GetArrayLength());
        Assert.Equal("mean", tensor.GetProperty("mode").GetString());
        Assert.True(tensor.GetProperty("sharedDimension").GetInt32() >= 1);
        Assert.True(tensor.GetProperty("chanceDimension").GetDouble() >= 0);
        Assert.Equal(["a", "b", "c"], json.RootElement.GetProperty("tasks").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(report.ToJson(), DecompositionReport.FromJson(report.ToJson()).ToJson());
        Assert.Contains("of 2 matrices share directions", report.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_nothing_is_shared_the_report_says_so_and_unique_is_the_whole_vector()
    {
        Model[] models = WriteModels(tasks: 2, common: 0);
        DecompositionReport report = await RunAsync(models, "out", Options);
        Assert.StartsWith("Nothing is shared", report.Summary, StringComparison.Ordinal);
        Assert.All(report.Tensors, tensor => Assert.Equal("nothing", tensor.Verdict));
        Assert.All(TestModel.Values(Checkpoint.Open(_folder["out/a.shared.safetensors"]), Mlp), value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Vectors_and_embeddings_are_unique_averaged_or_left_alone()
    {
        Model[] models = WriteModels(tasks: 2);
        _ = await RunAsync(models, "mean", Options with { Vectors = VectorPolicy.Mean });
        _ = await RunAsync(models, "drop", Options with { Vectors = VectorPolicy.Drop });
        double[] pretrained = TestModel.Values(Checkpoint.Open(models[0].Path), Bias);
        double[][] tuned = [.. models[1..].Select(model => TestModel.Values(Checkpoint.Open(model.Path), Bias))];
        double[] mean = [.. pretrained.Select((value, index) => ((tuned[0][index] + tuned[1][index]) / 2) - value)];
        AssertNear(mean, TestModel.Values(Checkpoint.Open(_folder["mean/b.shared.safetensors"]), Bias), 1e-7);
        Assert.Equal([Kernel, Mlp], Names("drop/a.unique.safetensors"));
        Assert.Equal("true", CheckpointFormats.Open(_folder["drop/a.unique.safetensors"]).Metadata[TaskVectorMetadata.PartialKey]);
        Assert.Equal([Kernel, Embedding, Bias, Mlp], Names("mean/a.unique.safetensors"));
    }

    [Fact]
    public async Task With_outputs_last_the_column_space_is_that_of_the_transpose()
    {
        Model[] models = WriteModels(tasks: 2);
        DecompositionOptions rows = Options with { Filter = Only(Mlp), Subspace = Options.Subspace with { Sides = DecompositionSides.Row } };
        DecompositionOptions columns = Options with { Filter = Only(Mlp), OutputAxis = OutputAxis.Last };
        _ = await RunAsync(models, "rows", rows);
        _ = await RunAsync(models, "columns", columns);
        Assert.Equal(
            TestModel.Values(Checkpoint.Open(_folder["rows/a.shared.safetensors"]), Mlp), TestModel.Values(Checkpoint.Open(_folder["columns/a.shared.safetensors"]), Mlp));
    }

    [Fact]
    public async Task A_decomposition_verifies_and_a_changed_byte_does_not()
    {
        Model[] models = WriteModels(tasks: 2);
        _ = await RunAsync(models, "out", Options);
        Assert.Empty(OutputVerifier.Verify(_folder["out"]).Problems);
        using (FileStream file = File.OpenWrite(_folder["out/b.unique.safetensors"]))
        {
            file.Position = file.Length - 1;
            file.WriteByte(0x5A);
        }

        Assert.Contains("b.unique.safetensors", Assert.Single(OutputVerifier.Verify(_folder["out"]).Problems), StringComparison.Ordinal);
        _ = await RunAsync(models, "out", Options with { Force = true });
        Assert.Empty(OutputVerifier.Verify(_folder["out"]).Problems);
    }

    [Fact]
    public void The_plan_stays_within_the_budget_and_names_a_matrix_that_does_not_fit()
    {
        Model[] models = WriteModels(tasks: 2);
        DecompositionPlan plan = Plan(models, "out", Options with { Memory = EditOptions.MinimumMemory, Threads = 64 });
        Assert.True(plan.PeakBytes <= EditOptions.MinimumMemory);
        Assert.All(plan.Tensors, tensor => Assert.True(tensor.WorkingBytes <= EditOptions.MinimumMemory));

        Model[] wide = [.. new[] { "base", "a", "b" }.Select(name => new Model(name, _folder[$"wide-{name}.safetensors"]))];
        foreach (Model model in wide)
        {
            Write(model.Path, [("big.weight", DType.F32, [1200, 1200], TestModel.Numbers(1, 1200 * 1200))]);
        }

        var error = Assert.Throws<DecompositionException>(() => Plan(wide, "out", Options with { Memory = EditOptions.MinimumMemory }));
        Assert.Equal(DecompositionError.OutOfMemory, error.Error);
        Assert.Equal("big.weight", error.Tensor);
    }

    [Fact]
    public void Every_error_of_a_plan_comes_in_one_report()
    {
        Model[] models = WriteModels(tasks: 2);
        Model[] misnamed = [models[0], models[1] with { Name = "../a" }, models[2] with { Name = "B" }, models[2] with { Name = "b" }];
        var error = Assert.Throws<AggregateEditException>(() => Plan(misnamed, "out.safetensors", Options));
        Assert.Equal(4, error.Errors.Count);
        Assert.Equal("edit.unmatched-pattern", Assert.ThrowsAny<TaskVectorsException>(() => Plan(models, "out", Options with { Filter = Only("nlp") })).Kind.Split('\n')[0]);
        Assert.Throws<DecompositionException>(() => Plan(models[..2], "out", Options));
        Assert.Throws<DecompositionException>(() => Plan(models, "out", Options with { Subspace = Options.Subspace with { Tau = 1.5 } }));
        Assert.Throws<DecompositionException>(() => Plan(models, "out", Options with { Subspace = Options.Subspace with { Rank = new LoraRank() } }));
    }

    [Fact]
    public async Task A_weight_that_is_not_a_number_is_named()
    {
        Model[] models = WriteModels(tasks: 2);
        double[] broken = TestModel.Numbers(9, 12 * 10);
        broken[17] = double.NaN;
        Model[] plain = [.. models.Select(model => model with { Path = _folder[$"nan-{model.Name}.safetensors"] })];
        foreach (Model model in plain)
        {
            Write(model.Path, [(Mlp, DType.F32, [12, 10], model.Name == "b" ? broken : TestModel.Numbers(9, 120))]);
        }

        var error = await Assert.ThrowsAsync<EditException>(() => RunAsync(plain, "out", Options));
        Assert.Equal((EditError.NaN, Mlp), (error.Error, error.Tensor));
        Assert.False(Directory.Exists(_folder["out"]));
        Assert.False(Directory.Exists(_folder["out.partial"]));
    }

    [Theory]
    [InlineData(VectorPolicy.Unique, double.NaN)]
    [InlineData(VectorPolicy.Mean, double.PositiveInfinity)]
    public async Task A_bias_that_is_not_finite_is_named_unless_it_is_dropped(VectorPolicy policy, double value)
    {
        Model[] models = WriteModels(tasks: 2);
        Model[] broken = [.. models.Select(model => model with { Path = _folder[$"bad-{model.Name}.safetensors"] })];
        foreach (Model model in broken)
        {
            Write(model.Path, [(Mlp, DType.F32, [12, 10], TestModel.Numbers(model.Name[0], 120)), (Bias, DType.F32, [2], [1, model.Name == "b" ? value : model.Name[0]])]);
        }

        var error = await Assert.ThrowsAsync<EditException>(() => RunAsync(broken, "out", Options with { Vectors = policy }));
        Assert.Equal((EditError.NaN, Bias, broken[2].Path), (error.Error, error.Tensor, error.File));
        Assert.False(Directory.Exists(_folder["out.partial"]));
        _ = await RunAsync(broken, "out", Options with { Vectors = VectorPolicy.Drop });
        Assert.True(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task An_iteration_that_gives_up_is_told_of_each_matrix_and_changes_nothing()
    {
        Model[] models = WriteModels(tasks: 2);
        DecompositionOptions options = Options with { LowRank = true, UniqueRank = new FixedRank(3), Vectors = VectorPolicy.Drop };
        DecompositionReport report = await DecompositionRunner.RunAsync(Plan(models, "out", options), new RefusingProvider(), null, default);
        DecompositionReport expected = await RunAsync(models, "expected", options);
        foreach (TensorDecomposition tensor in report.Tensors)
        {
            // The bases and the cut of the unique parts, which have one shape.
            Assert.Contains(tensor.Fallbacks!, sentence => sentence.StartsWith("The singular value decomposition of a ", StringComparison.Ordinal));
            Assert.Contains(report.Warnings, warning => warning.StartsWith($"'{tensor.Name}': The ", StringComparison.Ordinal));
        }

        Assert.All(expected.Tensors, tensor => Assert.Null(tensor.Fallbacks));
        Assert.Equal(expected.SharedFraction, report.SharedFraction);
        foreach (string file in new[] { "a.shared", "a.unique", "b.shared", "b.unique" })
        {
            Assert.Equal(File.ReadAllBytes(_folder[$"expected/{file}/adapter_model.safetensors"]), File.ReadAllBytes(_folder[$"out/{file}/adapter_model.safetensors"]));
        }
    }

    [Fact]
    public async Task Related_tasks_are_pointed_out()
    {
        Model[] models = WriteModels(tasks: 2);
        File.Copy(models[1].Path, _folder["twin.safetensors"]);
        Model[] related = [models[0], models[1], new Model("twin", _folder["twin.safetensors"])];
        DecompositionReport report = await RunAsync(related, "out", Options);
        Assert.Equal(1, report.Cosines[0][1], 1e-9);
        Assert.Contains(report.Warnings, warning => warning.Contains("related (cosine 1.00)", StringComparison.Ordinal));
    }

    private Task<DecompositionReport> RunAsync(Model[] models, string output, DecompositionOptions options) =>
        DecompositionRunner.RunAsync(Plan(models, output, options));

    private DecompositionPlan Plan(Model[] models, string output, DecompositionOptions options)
    {
        DecompositionInput[] inputs = [.. models.Select(model => Open(model))];
        return DecompositionPlanner.Plan(inputs[0], inputs[1..], new OutputTarget(_folder[output]), options);
    }

    private static DecompositionInput Open(Model model)
    {
        CheckpointSource source = CheckpointFormats.Open(model.Path);
        return new DecompositionInput(model.Name, source, TaskVectorMetadata.IsTaskVector(source));
    }

    private static TensorFilter Only(string pattern) => new([new NamePattern(pattern)], []);

    private string[] Names(string file) => [.. CheckpointFormats.Open(_folder[file]).Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal)];

    // Task vectors of rank 3 whose column spaces have one direction in common.
    private Model[] WriteModels(int tasks, int common = 1)
    {
        double[] mlp = TestModel.Numbers(1, 30 * 10);
        double[] kernel = TestModel.Numbers(2, 24 * 9);
        Model[] models = [new("base", _folder["base.safetensors"]), .. Enumerable.Range(0, tasks).Select(task => new Model(((char)('a' + task)).ToString(), _folder[$"task-{task}.safetensors"]))];
        WriteModel(models[0], mlp, kernel, 0);
        for (int task = 0; task < tasks; task++)
        {
            WriteModel(models[task + 1], Move(mlp, 30, 10, task, common), Move(kernel, 24, 9, task, common), task + 1);
        }

        return models;
    }

    private static void WriteModel(Model model, double[] mlp, double[] kernel, int seed) => Write(model.Path,
    [
        (Mlp, DType.F32, [30, 10], mlp),
        (Kernel, DType.F32, [24, 1, 3, 3], kernel),
        (Bias, DType.F32, [30], TestModel.Numbers(40 + seed, 30)),
        (Embedding, DType.BF16, [7, 5], TestModel.Numbers(50 + seed, 35)),
        (Positions, DType.I64, [4], [0, 1, 2, 3]),
    ]);

    private static double[] Move(double[] weights, int rows, int columns, int task, int common)
    {
        Matrix<double> vector = PlantedVectors<double>.Create(7, 3, rows, columns, common, 3 - common, isOrthogonal: true).Vectors[task];
        return [.. weights.Zip(vector.Elements.ToArray(), (weight, move) => weight + move)];
    }

    private static void Write(string path, (string Name, DType DType, long[] Shape, double[] Values)[] tensors) => SafetensorsFile.Write(
        path, tensors.Select(tensor => (new TensorInfo(tensor.Name, tensor.DType, new TensorShape(tensor.Shape)), TestModel.Encode(tensor.DType, tensor.Values))));

    private static void AssertNear(double[] expected, double[] actual, double tolerance) =>
        Assert.All(expected.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= tolerance, $"{pair.Second} against {pair.First}"));

    private sealed record Model(string Name, string Path);

    private sealed class ImmediateProgress(Action<EditProgress> report) : IProgress<EditProgress>
    {
        public void Report(EditProgress value) => report(value);
    }
}
