using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>LoRA adapters are merged as low-rank task vectors, bound to the base that the edit names.</summary>
public class AdapterMergeTests
{
    [Theory]
    [InlineData("tsvm")]
    [InlineData("iso_c")]
    [InlineData("knots")]
    public async Task The_change_of_a_matrix_has_the_rank_of_all_adapters_together(string method)
    {
        using var folder = new TemporaryFolder();
        Checkpoint pretrained = Checkpoint.Open(GoldenPath.Of("lora", "base-llama"));
        TaskVector[] adapters = [.. "abc".Select(name => TaskVector.Open(GoldenPath.Of("lora", "combine", $"adapter-{name}")))];
        TaskVector merged = MergeMethods.Find(method).Merge(adapters);
        _ = await (pretrained + merged).SaveAsync(folder["out.safetensors"], EditOptions.Default with { OutputDType = DType.F64 });

        Checkpoint edited = Checkpoint.Open(folder["out.safetensors"]);
        string[] targets = [.. adapters[0].Tensors.Select(tensor => tensor.Name)];
        Assert.NotEmpty(targets);
        foreach (TensorInfo tensor in pretrained.Tensors)
        {
            double[] before = TestModel.Values(pretrained, tensor.Name);
            double[] after = TestModel.Values(edited, tensor.Name);
            if (!targets.Contains(tensor.Name))
            {
                Assert.Equal(before, after);
                continue;
            }

            double[] change = [.. after.Zip(before, (left, right) => left - right)];
            double[] spectrum = MatrixTasks.SingularValues(Matrix.Wrap(change, (int)tensor.Shape[0], (int)tensor.Shape[1]));
            int bound = adapters.Sum(adapter => ((ILowRankTensors)adapter.Base).TryGetRank(tensor.Name, out int rank) ? rank : 0);
            Assert.InRange(spectrum.Count(value => value > 1e-9 * spectrum[0]), 1, Math.Min(bound, spectrum.Length));
        }
    }

    [Fact]
    public async Task Adapters_alone_merge_to_a_stored_vector_of_their_own_names()
    {
        using var folder = new TemporaryFolder();
        TaskVector[] adapters = [.. "ab".Select(name => TaskVector.Open(GoldenPath.Of("lora", "combine", $"adapter-{name}")))];
        Manifest manifest = await MergeMethods.Find("iso_cts").Merge(adapters).SaveAsync(folder["merged.safetensors"]);
        CheckpointSource stored = CheckpointFormats.Open(folder["merged.safetensors"]);
        Assert.True(TaskVectorMetadata.IsTaskVector(stored));
        Assert.Equal(adapters[0].Tensors.Select(tensor => tensor.Name).Order(), stored.Tensors.Select(tensor => tensor.Name).Order());
        Assert.Equal(2, manifest.Inputs.Length);
    }
}
