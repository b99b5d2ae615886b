using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Masks;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Execution.Masks;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;
using TaskVectors.Tests.Merging;

namespace TaskVectors.Tests.Execution.Masks;

/// <summary>Task vectors stored as masks of a merged model, one bit an element.</summary>
public sealed class TaskMaskTests : IDisposable
{
    // Lengths around whole bytes, and one of several pieces.
    private static readonly int[] Lengths = [1, 7, 8, 9, 64, 20_001];

    private readonly TemporaryFolder _folder = new();
    private readonly Checkpoint _base;

    public TaskMaskTests()
    {
        _base = Write("base", 1);
        _ = Write("a", 2);
        _ = Write("b", 3);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The tolerance of these cases for arithmetic in F64; the merged model is stored in F64.</summary>
    [Theory]
    [InlineData("emr-k2")]
    [InlineData("emr-k3")]
    [InlineData("emr-k4-coarse")]
    public async Task Rescalers_and_rebuilt_models_are_those_of_the_paper(string name)
    {
        using var golden = new AuthorsCase(name, "sign");
        string tasks = string.Join(", ", Enumerable.Range(0, golden.TaskCount).Select(AuthorsCase.Task));
        _ = await golden.SaveAsync($"base + emr({tasks})", output: "unified.safetensors");
        double[] rescalers = TestModel.Values(golden.Expected, "rescalers_global_sum");
        double[] authors = TestModel.Values(golden.Expected, "rescalers");
        for (int task = 0; task < golden.TaskCount; task++)
        {
            Checkpoint model = EditExpression.Parse($"base + emr({tasks}, task: {task + 1})", golden.Models()).Checkpoint!;
            TaskMask mask = TaskMask.Measure(model, CheckpointFormats.Open(golden["base"]), CheckpointFormats.Open(golden["unified"]), EditOptions.Default);
            golden.RequireClose("rescaler", [rescalers[task]], [mask.Rescaler]);
            string path = golden[$"unified.task{task}.mask"];
            _ = await EditExecutor.RunAsync(mask.Plan(new OutputTarget(path), EditOptions.Default));

            // The authors' models differ by the factor alone.
            string factor = (authors[task] / rescalers[task]).ToString("R", CultureInfo.InvariantCulture);
            ExpressionModels models = golden.Models().Add("mask", TaskVector.Open(path));
            string output = golden[$"rebuilt{task}"];
            _ = await EditExpression.Parse($"base + {factor} * mask", models).Checkpoint!.SaveAsync(output, EditOptions.Default with { OutputDType = DType.F64 });
            golden.RequireAgreement(Checkpoint.Open(output), $"merged/task{task}/");
        }
    }

    [Fact]
    public async Task A_mask_takes_a_bit_an_element()
    {
        string path = await WriteMask();
        CheckpointSource stored = new SafetensorsFormat().Open(path);
        Assert.All(stored.Tensors, tensor => Assert.Equal(DType.U8, tensor.DType));
        Assert.Equal(Lengths.Select(length => (length + 7L) / 8), stored.Tensors.OrderBy(tensor => tensor.ByteCount).Select(tensor => tensor.ByteCount));
        byte[] bits = TestModel.Bytes(Checkpoint.FromSource(stored), "t9");
        double[] vector = Vector("t9");
        Assert.Equal(vector.Select(value => value != 0), Enumerable.Range(0, 9).Select(index => (bits[index / 8] >> (index % 8) & 1) != 0));
        Assert.Equal(0, bits[1] >> 1);
        Assert.Contains(vector, value => value == 0);
        Assert.Contains(vector, value => value != 0);
    }

    [Fact]
    public async Task A_bound_mask_gives_the_vector_of_the_task_wherever_it_is_read()
    {
        var mask = (MaskedVectorSource)CheckpointFormats.Open(await WriteMask());
        CheckpointSource bound = mask.Bind(_base.Base);
        using ICheckpointReader reader = bound.OpenReader();
        _ = bound.TryGetTensor("t20001", out TensorInfo? tensor);
        double[] whole = TestModel.Values(Checkpoint.FromSource(bound), "t20001");
        double[] wanted = Vector("t20001");

        // Storage in F32 of the unified model rounds by 6e-8 of values below 3.
        Assert.All(wanted.Zip(whole), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        byte[] all = new byte[whole.Length * sizeof(double)];
        Buffer.BlockCopy(whole, 0, all, 0, all.Length);
        foreach ((int offset, int length) in new[] { (0, 1), (3, 17), (8, 8), (70_001, 90_000), (all.Length - 5, 5) })
        {
            byte[] part = new byte[length];
            reader.Read(tensor!, offset, part);
            Assert.Equal(all[offset..(offset + length)], part);
        }
    }

    [Fact]
    public async Task The_same_bytes_come_out_whatever_the_threads()
    {
        byte[] one = await File.ReadAllBytesAsync(await WriteMask("one", EditOptions.Default with { Threads = 1, Memory = 64 << 20 }));
        byte[] three = await File.ReadAllBytesAsync(await WriteMask("three", EditOptions.Default with { Threads = 3 }));
        Assert.Equal(one, three);
    }

    [Fact]
    public async Task Measuring_and_writing_are_told_as_one_job()
    {
        TaskMask measured = await Measure("unified", EditOptions.Default);
        TaskVector[] tasks = [Checkpoint.Open(_folder["a.safetensors"]) - _base, Checkpoint.Open(_folder["b.safetensors"]) - _base];
        Checkpoint task = _base + MergeMethods.Find("emr").Merge(tasks, new MergeSetting("task", "1"));
        var target = new OutputTarget(_folder["unified.a.mask.safetensors"]);
        List<EditProgress> reports = [];
        var progress = new Callback(report =>
        {
            lock (reports)
            {
                reports.Add(report);
            }
        });
        _ = await TaskMask.WriteAsync(task, _base.Base, CheckpointFormats.Open(_folder["unified.safetensors"]), target, EditOptions.Default, progress);
        long half = 2 * Lengths.Sum(length => (length + 7L) / 8);
        Assert.InRange(reports[0].BytesDone, 1, half);
        Assert.Equal(2 * half, reports[0].BytesTotal);
        Assert.Equal(EditPhase.Done, reports[^1].Phase);
        Assert.Equal(reports.Select(report => report.Elapsed).Order(), reports.Select(report => report.Elapsed));
        Assert.All(reports.Where(report => report.Phase == EditPhase.Seal), report => Assert.InRange(report.BytesDone, 2 * half, report.BytesTotal));

        byte[] written = await File.ReadAllBytesAsync(target.Path);
        _ = await EditExecutor.RunAsync(measured.Plan(target, EditOptions.Default with { Force = true }));
        Assert.Equal(written, await File.ReadAllBytesAsync(target.Path));
    }

    [Fact]
    public async Task A_mask_is_an_operand_of_merges_and_sums_like_any_task_vector()
    {
        TaskVector mask = TaskVector.Open(await WriteMask());
        _ = await (_base + (0.5 * MergeMethods.Find("task_arithmetic").Merge([mask, Checkpoint.Open(_folder["b.safetensors"]) - _base]))).SaveAsync(_folder["sum.safetensors"]);
        double[] sum = TestModel.Values(Checkpoint.Open(_folder["sum.safetensors"]), "t9");
        double[] wanted = [.. Vector("t9").Zip(Values("base", "t9"), Values("b", "t9")).Select(item => item.Second + (0.5 * (item.First + item.Third - item.Second)))];
        Assert.All(wanted.Zip(sum), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public async Task A_mask_whose_merged_model_is_gone_or_another_says_so()
    {
        string path = await WriteMask();
        MaskException unbound = Assert.Throws<MaskException>(() => CheckpointFormats.Open(path).OpenReader());
        Assert.Equal(MaskError.NeedsBase, unbound.Error);
        EditException wrong = await Assert.ThrowsAsync<EditException>(() => (Checkpoint.Open(_folder["b.safetensors"]) + TaskVector.Open(path)).SaveAsync(_folder["wrong.safetensors"]));
        Assert.Equal(EditError.BaseMismatch, wrong.Error);

        File.Copy(_folder["b.safetensors"], _folder["unified.safetensors"], overwrite: true);
        MaskException changed = Assert.Throws<MaskException>(() => ((IBindableTaskVector)CheckpointFormats.Open(path)).Bind(_base.Base));
        Assert.Equal((MaskError.ModelChanged, path), (changed.Error, changed.File));

        File.Delete(_folder["unified.safetensors"]);
        MaskException missing = Assert.Throws<MaskException>(() => CheckpointFormats.Open(path));
        Assert.Equal(MaskError.MissingModel, missing.Error);
        Assert.Contains("'unified.safetensors'", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MaskMetadata.MergedNameKey, "../unified.safetensors", MaskError.InvalidFile)]
    [InlineData(MaskMetadata.MergedNameKey, "..", MaskError.InvalidFile)]
    [InlineData(MaskMetadata.MergedNameKey, "forged.mask.safetensors", MaskError.MissingModel)]
    [InlineData(MaskMetadata.RescalerKey, "NaN", MaskError.InvalidFile)]
    [InlineData(MaskMetadata.RescalerKey, "", MaskError.InvalidFile)]
    [InlineData(TaskVectorMetadata.KindKey, "task-vector", MaskError.InvalidFile)]
    [InlineData(null, "", MaskError.ShapeMismatch)]
    public async Task A_forged_mask_is_refused(string? key, string value, MaskError expected)
    {
        CheckpointSource good = new SafetensorsFormat().Open(await WriteMask());
        var metadata = new Dictionary<string, string>(good.Metadata);
        int extra = key is null ? 1 : 0;
        metadata[key ?? "note"] = value;
        string path = _folder["forged.mask.safetensors"];
        SafetensorsFile.Write(path, [(new TensorInfo("t9", DType.U8, new TensorShape(2 + extra)), new byte[2 + extra])], metadata);
        MaskException error = Assert.Throws<MaskException>(() => CheckpointFormats.Open(path));
        Assert.Equal((expected, ErrorCategory.BadInput), (error.Error, error.Category));
    }

    [Fact]
    public async Task A_mask_is_written_beside_its_model_alone()
    {
        TaskMask mask = await Measure("unified", EditOptions.Default);
        Assert.Throws<EditException>(() => mask.Plan(new OutputTarget(_folder["elsewhere/unified.a.mask.safetensors"]), EditOptions.Default));
        Assert.Throws<EditException>(() => mask.Plan(new OutputTarget(_folder["unified.a.safetensors"]), EditOptions.Default));
    }

    [Theory]
    [InlineData("t9", 8)]
    [InlineData("other", 9)]
    public void A_merged_model_without_a_tensor_of_its_base_is_refused(string name, int length)
    {
        Checkpoint pretrained = TestModel.Write(_folder["one.safetensors"], ("t9", DType.F32, TestModel.Numbers(1, 9)));
        Checkpoint merged = TestModel.Write(_folder["merged.safetensors"], (name, DType.F32, TestModel.Numbers(2, length)));
        EditException error = Assert.Throws<EditException>(() => TaskMask.Measure(pretrained, pretrained.Base, merged.Base, EditOptions.Default));
        Assert.Equal((EditError.InvalidOption, merged.Base.Path, "t9"), (error.Error, error.File, error.Tensor));
    }

    private async Task<string> WriteMask(string name = "unified", EditOptions? options = null)
    {
        TaskMask mask = await Measure(name, options ?? EditOptions.Default);
        string path = _folder[$"{name}.a.mask.safetensors"];
        _ = await EditExecutor.RunAsync(mask.Plan(new OutputTarget(path), options ?? EditOptions.Default));
        if (name != "unified")
        {
            // The name of the merged model is recorded: the same for a comparison of bytes.
            File.Move(path, _folder["kept." + name]);
            return _folder["kept." + name];
        }

        return path;
    }

    private async Task<TaskMask> Measure(string name, EditOptions options)
    {
        string unified = name == "unified" ? _folder["unified.safetensors"] : _folder["unified2.safetensors"];
        TaskVector[] tasks = [Checkpoint.Open(_folder["a.safetensors"]) - _base, Checkpoint.Open(_folder["b.safetensors"]) - _base];
        IMergeMethod emr = MergeMethods.Find("emr");
        if (!File.Exists(unified))
        {
            _ = await (_base + emr.Merge(tasks)).SaveAsync(unified);
        }

        return TaskMask.Measure(_base + emr.Merge(tasks, new MergeSetting("task", "1")), _base.Base, CheckpointFormats.Open(unified), options);
    }

    private Checkpoint Write(string name, int seed) => TestModel.Write(
        _folder[name + ".safetensors"], [.. Lengths.Select((length, index) => ($"t{length}", DType.F32, TestModel.Numbers((seed * 100) + index, length)))]);

    private double[] Values(string model, string tensor) => TestModel.Values(Checkpoint.Open(_folder[model + ".safetensors"]), tensor);

    // lambda_a m_a tau, by the formula.
    private double[] Vector(string tensor)
    {
        (double own, double masked) = Lengths.Select(length => Sums($"t{length}")).Aggregate((left, right) => (left.Own + right.Own, left.Masked + right.Masked));
        return [.. Masked(tensor).Select(value => own / masked * value)];
    }

    private (double Own, double Masked) Sums(string tensor) =>
        (Values("a", tensor).Zip(Values("base", tensor), (left, right) => Math.Abs(left - right)).Sum(), Masked(tensor).Sum(Math.Abs));

    private double[] Masked(string tensor)
    {
        double[] origin = Values("base", tensor);
        double[] a = [.. Values("a", tensor).Zip(origin, (left, right) => left - right)];
        double[] b = [.. Values("b", tensor).Zip(origin, (left, right) => left - right)];
        return [.. a.Zip(b, (own, other) => Elected(own, other) is var unified && own * unified > 0 ? unified : 0)];
    }

    private static double Elected(double own, double other)
    {
        double sign = own + other > 0 ? 1 : -1;
        return sign * Math.Max(0, Math.Max(sign * own, sign * other));
    }
}
