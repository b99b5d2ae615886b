using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>The values of edits that are not written are those of the written ones, bit for bit.</summary>
public sealed class CheckpointValuesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DType.F32, null)]
    [InlineData(DType.BF16, null)]
    [InlineData(DType.F16, DType.F32)]
    [InlineData(DType.F64, DType.F32)]
    public async Task Values_of_an_edit_are_those_of_its_output(DType stored, DType? output)
    {
        // More elements than one block of 65536.
        Checkpoint pretrained = Write("base", stored, 1);
        Checkpoint edited = pretrained + (0.7 * (Write("tuned", stored, 2) - pretrained));
        EditOptions options = EditOptions.Default with { OutputDType = output };
        _ = await edited.SaveAsync(_folder["saved.safetensors"], options);
        double[] saved = TestModel.Values(Checkpoint.Open(_folder["saved.safetensors"]), "w");
        using CheckpointValues values = CheckpointValues.Open(edited, options);
        float[] computed = new float[saved.Length];

        values.Read("w", computed);

        Assert.Equal(Array.ConvertAll(saved, value => (float)value), computed);
    }

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.BF16)]
    public void Values_of_a_stored_checkpoint_are_its_own(DType dtype)
    {
        Checkpoint checkpoint = Write("base", dtype, 1);
        using CheckpointValues values = CheckpointValues.Open(checkpoint, EditOptions.Default with { OutputDType = DType.F32 });
        float[] computed = new float[70000];

        values.Read("w", computed);

        Assert.Equal(Array.ConvertAll(TestModel.Values(checkpoint, "w"), value => (float)value), computed);
    }

    [Theory]
    [InlineData(DType.F32, null, 1)]
    [InlineData(DType.BF16, null, 0.7)]
    [InlineData(DType.BF16, null, 0)]
    [InlineData(DType.F16, DType.F32, 0)]
    [InlineData(DType.F16, DType.BF16, 0)]
    public async Task Bytes_of_an_edit_are_those_of_its_output(DType stored, DType? output, double coefficient)
    {
        Checkpoint pretrained = Write("base", stored, 1);
        Checkpoint edited = pretrained + (coefficient * (Write("tuned", stored, 2) - pretrained));
        EditOptions options = EditOptions.Default with { OutputDType = output };
        _ = await edited.SaveAsync(_folder["saved.safetensors"], options);
        byte[] saved = File.ReadAllBytes(_folder["saved.safetensors"]);
        using CheckpointValues values = CheckpointValues.Open(edited, options);
        byte[] computed = new byte[values.Tensors[0].ByteCount];

        values.ReadEncoded("w", computed);

        Assert.Equal(saved[^computed.Length..], computed);
    }

    [Fact]
    public void Values_of_a_task_vector_are_differences()
    {
        Checkpoint pretrained = Write("base", DType.F32, 1);
        Checkpoint tuned = Write("tuned", DType.F32, 2);
        using CheckpointValues values = CheckpointValues.Open(tuned - pretrained);
        float[] computed = new float[70000];

        values.Read("w", computed);

        double[] differences = [.. TestModel.Values(tuned, "w").Zip(TestModel.Values(pretrained, "w"), (to, from) => to - from)];
        Assert.Equal(Array.ConvertAll(differences, value => (float)value), computed);
    }

    [Fact]
    public void A_name_or_a_length_that_does_not_fit_is_an_error()
    {
        using CheckpointValues values = CheckpointValues.Open(Write("base", DType.F32, 1));

        Assert.Throws<ArgumentException>(() => values.Read("v", new float[70000]));
        Assert.Throws<ArgumentException>(() => values.Read("w", new float[10]));
        Assert.Throws<ArgumentException>(() => values.ReadEncoded("v", new byte[280000]));
        Assert.Throws<ArgumentException>(() => values.ReadEncoded("w", new byte[70000]));
        Assert.Equal("w", Assert.Single(values.Tensors).Name);
    }

    private Checkpoint Write(string name, DType dtype, int seed) =>
        TestModel.Write(_folder[$"{name}.safetensors"], ("w", dtype, TestModel.Numbers(seed, 70000)));
}
