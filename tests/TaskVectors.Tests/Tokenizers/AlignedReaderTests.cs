using FsCheck.Xunit;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;
using TaskVectors.Tokenizers;

namespace TaskVectors.Tests.Tokenizers;

/// <summary>Tensors whose rows are looked up while they are read. Rows are copied, so comparisons are exact.</summary>
public class AlignedReaderTests
{
    private static readonly RowSource[] Own = [new(0, 3), new(0, 4), new(0, 0)];

    [Property(MaxTest = 20)]
    public void Any_part_of_a_tensor_reads_as_the_same_part_of_the_whole(int seed)
    {
        using var folder = new TemporaryFolder();
        using ICheckpointReader reader = Open(folder, out TensorInfo tensor).OpenReader();
        byte[] whole = new byte[tensor.ByteCount];
        reader.Read(tensor, 0, whole);

        var random = new Random(seed);
        for (int round = 0; round < 30; round++)
        {
            int start = random.Next(whole.Length);
            byte[] part = new byte[random.Next(whole.Length - start + 1)];
            reader.Read(tensor, start, part);
            Assert.Equal(whole.AsSpan(start, part.Length).ToArray(), part);
        }
    }

    [Fact]
    public void Every_kind_of_row_has_its_values()
    {
        using var folder = new TemporaryFolder();
        AlignedSource source = Open(folder, out TensorInfo tensor);
        double[][] rows = [.. TestModel.Values(Checkpoint.FromSource(source), tensor.Name).Chunk(TokenizedModel.Width)];
        double[][] own = [.. TestModel.Values(Checkpoint.Open(folder["a"]), tensor.Name).Chunk(TokenizedModel.Width)];
        double[][] other = [.. TestModel.Values(Checkpoint.Open(folder["b"]), tensor.Name).Chunk(TokenizedModel.Width)];

        Assert.Equal(own[3], rows[0]);
        Assert.Equal(own[4], rows[1]);
        Assert.Equal(own[0], rows[2]);
        Assert.Equal(Rounded(other[2]), rows[3]);
        Assert.Equal(Rounded(other[3]), rows[4]);
        Assert.Equal([0, 0, 0], rows[5]);
        Assert.Equal(Rounded([.. own[1].Zip(other[1], (left, right) => (left + right) / 2)]), rows[6]);
        double[] mean = [.. Enumerable.Range(0, TokenizedModel.Width).Select(column => rows.Take(7).Average(row => row[column]))];
        Assert.Equal(Rounded(mean), rows[7], EqualityComparer<double>.Create((left, right) => Math.Abs(left - right) <= Math.Abs(left) / 256, _ => 0));
        Assert.Equal(rows[7], rows[8]);
    }

    [Fact]
    public void The_fingerprint_depends_on_the_order_of_the_rows()
    {
        using var folder = new TemporaryFolder();
        AlignedSource first = Open(folder, out _);
        AlignedSource other = Open(folder, out _, [.. Own.Reverse()]);
        Assert.NotEqual(CheckpointFingerprint.Compute(first), CheckpointFingerprint.Compute(other));
        Assert.Equal(CheckpointFingerprint.Compute(first), CheckpointFingerprint.Compute(Open(folder, out _)));
    }

    // A model in BF16 with rows of its own, of another in F32, of zeros and of means.
    private static AlignedSource Open(TemporaryFolder folder, out TensorInfo tensor, RowSource[]? own = null)
    {
        string[] pieces = ["a", "b", "c", "d", "e"];
        _ = new TokenizedModel { Pieces = pieces, DType = DType.BF16 }.Write(folder["a"]);
        _ = new TokenizedModel { Pieces = pieces, Seed = 2 }.Write(folder["b"]);
        CheckpointSource[] models = [Checkpoint.Open(folder["a"]).Base, Checkpoint.Open(folder["b"]).Base];
        TensorInfo[] stored = [.. models.Select(model => model.Tensors.First(info => info.Name == TokenizedModel.Embedding))];
        RowSource[] rows = [.. own ?? Own, new(1, 2), new(1, 3), RowSource.Zero, RowSource.Average(0), RowSource.Padding, RowSource.Padding];
        tensor = stored[0] with { Shape = new TensorShape(rows.Length, TokenizedModel.Width) };
        return new AlignedSource("a@1", [.. models], 0, new RowMap([.. rows], [[new(0, 1), new(1, 1)]], 7), [new AlignedRows(tensor, [.. stored])], new Dictionary<string, string>());
    }

    private static double[] Rounded(double[] values)
    {
        double[] rounded = new double[values.Length];
        TensorConverter.Decode(DType.BF16, TestModel.Encode(DType.BF16, values).Span, rounded);
        return rounded;
    }
}
