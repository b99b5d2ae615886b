using TaskVectors.Algebra;
using TaskVectors.Analysis;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Execution;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;
using TaskVectors.Tests.Merging;

namespace TaskVectors.Tests.Analysis;

public class SpectrumTests
{
    private static readonly ILinearAlgebraProvider Provider = LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed);

    public static TheoryData<string> Truncations => ["truncation-a", "truncation-b", "truncation-c-flat"];

    [Theory]
    [MemberData(nameof(Truncations))]
    public async Task Errors_of_truncation_agree_with_the_authors_code(string name)
    {
        using var golden = new AuthorsCase(name);
        SpectrumReport report = await SpectrumAnalysis.RunAsync(
            [.. Enumerable.Range(0, golden.TaskCount).Select(task => new NamedTaskVector($"task{task}", golden.Vector(task)))], SpectrumOptions.Default);
        double[] energies = [.. golden.Parameters.GetProperty("energies").EnumerateArray().Select(energy => energy.GetDouble())];
        int compared = 0;
        foreach (LayerSpectrum layer in report.Layers)
        {
            for (int task = 0; task < golden.TaskCount; task++)
            {
                SpectrumOfMatrix spectrum = layer.Spectra[task];
                int[] ranks = [.. Enumerable.Range(0, spectrum.SingularValues.Count + 1)];
                string suffix = $"/task{task}/{layer.Name}";
                if (!golden.Expected.Base.TryGetTensor("frobenius_error" + suffix, out _))
                {
                    continue;
                }

                golden.RequireClose(layer.Name, TestModel.Values(golden.Expected, "frobenius_error" + suffix), [.. ranks.Select(spectrum.ErrorOfRank)]);
                golden.RequireClose(layer.Name, TestModel.Values(golden.Expected, "spectral_error" + suffix), [.. ranks.Select(spectrum.SpectralErrorOfRank)]);
                golden.RequireClose(layer.Name, TestModel.Values(golden.Expected, "relative_error" + suffix), [.. ranks.Select(rank => spectrum.ErrorOfRank(rank) / spectrum.Norm)]);
                byte[] wanted = TestModel.Bytes(golden.Expected, "rank_for_energy" + suffix);
                Assert.Equal(Enumerable.Range(0, energies.Length).Select(index => BitConverter.ToInt64(wanted, 8 * index)), energies.Select(energy => (long)spectrum.RankForEnergy(energy)));
                compared++;
            }
        }

        Assert.Equal(golden.Expected.Tensors.Count(tensor => tensor.Name.StartsWith("frobenius_error/", StringComparison.Ordinal)), compared);
    }

    [Fact]
    public void Ranks_of_a_flat_spectrum_are_its_length_and_of_one_direction_one()
    {
        var flat = new SpectrumOfMatrix([.. Enumerable.Repeat(0.25, 7)]);
        Assert.Equal(7, flat.EffectiveRank, 1e-12);
        Assert.Equal(7, flat.StableRank, 1e-12);
        Assert.Equal([.. Enumerable.Range(0, 8).Select(rank => rank / 7.0)], flat.EnergyCurve.ToArray(), (wanted, got) => Math.Abs(wanted - got) < 1e-12);

        var single = new SpectrumOfMatrix([3, 0, 0]);
        Assert.Equal(1, single.EffectiveRank, 1e-12);
        Assert.Equal(1, single.StableRank);
        Assert.Equal(1, single.RankForEnergy(1));

        var zero = new SpectrumOfMatrix([0, 0]);
        Assert.Equal((0, 0, 0), (zero.EffectiveRank, zero.StableRank, zero.Norm));
    }

    [Fact]
    public void Huge_and_tiny_spectra_keep_their_shape()
    {
        foreach (double scale in new[] { 1e-200, 1e200 })
        {
            var spectrum = new SpectrumOfMatrix([3 * scale, 4 * scale * 0.5]);
            Assert.Equal(Math.Sqrt(13) * scale, spectrum.Norm, 1e-12 * scale * 4);
            Assert.Equal(13.0 / 9, spectrum.StableRank, 1e-12);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-9)]
    [InlineData(0.3)]
    [InlineData(1.5)]
    public void An_angle_that_was_planted_is_found(double angle)
    {
        // Two planes in R^5 that share one axis and have the angle between the others.
        double[] left = [1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        double[] right = [1, 0, 0, Math.Cos(angle), 0, Math.Sin(angle), 0, 0, 0, 0];
        IReadOnlyList<double> angles = PrincipalAngles.Between(new ReadOnlyMatrixSpan<double>(left, 5, 2), new ReadOnlyMatrixSpan<double>(right, 5, 2), Provider);
        Assert.Equal(2, angles.Count);
        Assert.Equal(0, angles[0], 1e-15);
        Assert.Equal(angle, angles[1], 1e-14);
    }

    [Fact]
    public void Subspaces_of_different_dimensions_have_as_many_angles_as_the_smaller()
    {
        double[] line = [0, 1, 0];
        double[] plane = [1, 0, 0, 1, 0, 0];
        Assert.Equal([0.0], PrincipalAngles.Between(new ReadOnlyMatrixSpan<double>(line, 3, 1), new ReadOnlyMatrixSpan<double>(plane, 3, 2), Provider));
        double[] normal = [0, 0, 1];
        Assert.Equal([Math.PI / 2], PrincipalAngles.Between(new ReadOnlyMatrixSpan<double>(plane, 3, 2), new ReadOnlyMatrixSpan<double>(normal, 3, 1), Provider));
    }

    [Fact]
    public async Task A_vector_lies_in_its_own_space_and_threads_change_nothing()
    {
        using var model = new MatrixModel();
        NamedTaskVector[] vectors = [new("a", model.Vectors[0]), new("b", 3 * model.Vectors[0]), new("c", model.Vectors[1])];
        SpectrumReport one = await SpectrumAnalysis.RunAsync(vectors, SpectrumOptions.Default with { Threads = 1 });
        SpectrumReport many = await SpectrumAnalysis.RunAsync(vectors, SpectrumOptions.Default with { Threads = 7 });
        Assert.Equal(one.Layers.SelectMany(layer => layer.Spectra).SelectMany(spectrum => spectrum.SingularValues), many.Layers.SelectMany(layer => layer.Spectra).SelectMany(spectrum => spectrum.SingularValues));
        Assert.Equal(["conv.weight", "embed.weight", "layers.0.attn.weight", "layers.0.mlp.down.weight", "layers.0.mlp.up.weight"], one.Layers.Select(layer => layer.Name).Order());
        Assert.All(one.Layers, layer => Assert.Equal(1, layer.Angles[0].Overlap, 1e-12));
        Assert.All(one.Layers, layer => Assert.InRange(layer.Angles[1].Overlap, 0, 0.999));
    }

    [Fact]
    public async Task An_adapter_has_the_rank_and_the_spectrum_of_its_factors()
    {
        Checkpoint pretrained = Checkpoint.Open(GoldenPath.Of("lora", "base-llama"));
        TaskVector adapter = TaskVector.Open(GoldenPath.Of("lora", "llama-plain", "adapter"));
        SpectrumReport report = await SpectrumAnalysis.RunAsync([new("adapter", pretrained + adapter - pretrained)], SpectrumOptions.Default);
        var factored = (ILowRankTensors)adapter.Base;
        Assert.NotEmpty(report.Layers);
        foreach (LayerSpectrum layer in report.Layers)
        {
            Assert.True(factored.TryGetFactors(layer.Name, out LowRankFactors? factors));
            var exact = SpectrumOfMatrix.Of(new ReadOnlyMatrixSpan<double>(factors.ToDense(), layer.Rows, layer.Columns), Provider);
            Assert.Equal(factors.Rank, layer.Spectra[0].NumericalRank);

            // Rounding of products in F64, relative to the largest value.
            Assert.All(exact.SingularValues.Zip(layer.Spectra[0].SingularValues), pair => Assert.Equal(pair.First, pair.Second, 1e-12 * exact.SingularValues[0]));
        }
    }

    [Fact]
    public async Task Kernels_with_the_outputs_last_are_looked_at_by_outputs()
    {
        using var folder = new TemporaryFolder();
        double[] change = TestModel.Numbers(3, 2 * 2 * 3 * 4);
        foreach ((string name, double factor) in new[] { ("base", 0.0), ("tuned", 1.0) })
        {
            SafetensorsFile.Write(
                folder[name + ".safetensors"],
                [(new TensorInfo("conv.weight", DType.F64, new TensorShape(2, 2, 3, 4)), TestModel.Encode(DType.F64, [.. change.Select(value => factor * value)]))],
                new Dictionary<string, string> { ["layout"] = "HWIO" });
        }

        Checkpoint pretrained = Checkpoint.Open(folder["base.safetensors"]);
        TaskVector vector = Checkpoint.Open(folder["tuned.safetensors"]) - pretrained;
        LayerSpectrum layer = Assert.Single((await SpectrumAnalysis.RunAsync([new("a", vector), new("b", 2 * vector)], SpectrumOptions.Default)).Layers);
        Assert.Equal((4, 12), (layer.Rows, layer.Columns));
        var expected = SpectrumOfMatrix.Of(new ReadOnlyMatrixSpan<double>(change, 12, 4), Provider);
        Assert.All(expected.SingularValues.Zip(layer.Spectra[0].SingularValues), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.Equal(1, layer.Angles[0].Overlap, 1e-12);

        EditException error = await Assert.ThrowsAsync<EditException>(() => LowRankExtraction.RunAsync(pretrained, vector, new LowRankOptions { Rank = new FixedRank(2) }));
        Assert.Contains("outputs last (HWIO)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stored_vector_of_another_base_is_refused_unless_it_may_be()
    {
        using var model = new MatrixModel();
        _ = await (Checkpoint.Open(model.PathOf("task1")) - Checkpoint.Open(model.PathOf("task0"))).SaveAsync(model["other.safetensors"]);
        NamedTaskVector[] vectors = [new("a", model.Vectors[0]), new("other", model.Base + TaskVector.Open(model["other.safetensors"]) - model.Base)];
        EditException error = await Assert.ThrowsAsync<EditException>(() => SpectrumAnalysis.RunAsync(vectors, SpectrumOptions.Default));
        Assert.Equal((EditError.BaseMismatch, model["other.safetensors"]), (error.Error, error.File));
        Assert.NotEmpty((await SpectrumAnalysis.RunAsync(vectors, SpectrumOptions.Default with { AnyBase = true })).Layers);
    }

    [Fact]
    public async Task A_weight_that_is_not_a_number_is_named()
    {
        using var model = new MatrixModel();
        model.Write("broken", seed: 0, moved: 1, first: double.NaN);
        EditException error = await Assert.ThrowsAsync<EditException>(
            () => SpectrumAnalysis.RunAsync([new("broken", Checkpoint.Open(model.PathOf("broken")) - model.Base)], SpectrumOptions.Default));
        Assert.Equal((EditError.NaN, "embed.weight"), (error.Error, error.Tensor));
    }
}
