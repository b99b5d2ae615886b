using TaskVectors.Algebra;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Tests;

/// <summary>Merges that also write a task vector for each model: merged + vector is the model's own.</summary>
public sealed class TaskMergeTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    /// <summary>Tolerance 1e-6: two roundings to F32 of values below 1, against one.</summary>
    [Theory]
    [InlineData("merged", "merged.a.mask.safetensors", "merged.b.mask.safetensors")]
    [InlineData("one.safetensors", "one.a.mask.safetensors", "one.b.mask.safetensors")]
    public async Task The_base_and_the_mask_of_a_task_make_the_model_of_that_task(string output, params string[] vectors)
    {
        Outcome merge = await MergeAsync(output, "--json");
        Assert.Equal(0, merge.Code);
        Assert.Equal(vectors.Select(_place.PathOf), merge.Json.GetProperty("taskVectors").EnumerateArray().Select(vector => vector.GetProperty("output").GetString()));
        for (int task = 0; task < 2; task++)
        {
            string sum = _place.PathOf($"sum{task}.safetensors");
            string direct = _place.PathOf($"direct{task}.safetensors");
            Outcome edit = await Taskvec.RunAsync("edit", "base + own", "--model", $"base={_place.Base}", "--model", $"own={_place.PathOf(vectors[task])}", "-o", sum);
            Assert.True(edit.Code == 0, edit.Error);
            Assert.Equal(0, (await Taskvec.RunAsync(
                "edit", $"base + emr(a - base, b - base, task: {task + 1})", "--model", $"base={_place.Base}", "--model", $"a={_place.Math}", "--model", $"b={_place.Code}", "-o", direct)).Code);
            RequireClose(direct, sum);
            Assert.Equal(0, (await Taskvec.RunAsync("verify", _place.PathOf(vectors[task]))).Code);
        }
    }

    [Fact]
    public async Task A_method_whose_tasks_are_no_masks_of_the_merged_model_writes_dense_vectors_relative_to_it()
    {
        Outcome merge = await Taskvec.RunAsync("merge", "--method", "consensus", "--base", $"base={_place.Base}", $"a={_place.Math}", $"b={_place.Code}", "-o", _place.PathOf("merged"));
        Assert.True(merge.Code == 0, merge.Error);
        string sum = _place.PathOf("sum.safetensors");
        string direct = _place.PathOf("direct.safetensors");
        Assert.Equal(0, (await Taskvec.RunAsync("edit", "merged + own", "--model", $"merged={_place.PathOf("merged")}", "--model", $"own={_place.PathOf("merged.b.safetensors")}", "-o", sum)).Code);
        Assert.Equal(0, (await Taskvec.RunAsync(
            "edit", "base + consensus(a - base, b - base, task: 2)", "--model", $"base={_place.Base}", "--model", $"a={_place.Math}", "--model", $"b={_place.Code}", "-o", direct)).Code);
        RequireClose(direct, sum);
    }

    [Fact]
    public async Task What_is_in_the_way_is_left_alone_and_named_before_anything_is_written()
    {
        File.WriteAllText(_place.PathOf("merged.b.mask.safetensors"), "mine");
        Outcome merge = await MergeAsync("merged");
        Assert.NotEqual(0, merge.Code);
        Assert.Contains("merged.b.mask.safetensors", merge.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_place.PathOf("merged")));
        Assert.Equal("mine", File.ReadAllText(_place.PathOf("merged.b.mask.safetensors")));
    }

    [Fact]
    public async Task A_task_asked_for_is_written_alone()
    {
        Assert.Equal(0, (await MergeAsync("only.safetensors", "--set", "task=2")).Code);
        Assert.False(File.Exists(_place.PathOf("only.a.mask.safetensors")));
    }

    private Task<Outcome> MergeAsync(string output, params string[] options) =>
        Taskvec.RunAsync(["merge", "--method", "emr", "--base", $"base={_place.Base}", $"a={_place.Math}", $"b={_place.Code}", "-o", _place.PathOf(output), .. options]);

    private static void RequireClose(string expected, string actual)
    {
        Checkpoint wanted = Checkpoint.Open(expected);
        Checkpoint got = Checkpoint.Open(actual);
        foreach (TensorInfo tensor in wanted.Tensors)
        {
            Assert.All(Values(wanted, tensor).Zip(Values(got, tensor)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        }
    }

    private static double[] Values(Checkpoint checkpoint, TensorInfo tensor)
    {
        using var reader = checkpoint.Base.OpenReader();
        Assert.True(checkpoint.Base.TryGetTensor(tensor.Name, out TensorInfo? info));
        byte[] bytes = new byte[info.ByteCount];
        reader.Read(info, 0, bytes);
        double[] values = new double[info.ElementCount];
        TensorConverter.Decode(info.DType, bytes, values);
        return values;
    }
}
