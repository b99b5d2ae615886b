using TaskVectors.LinearAlgebra;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;
using TaskVectors.Models.Tests.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Tests.Operations;

/// <summary>
/// Operations on weights that stay in their storage type against the same on widened ones. With our own matrix products the bytes are the same whatever
/// the tiles; those of OpenBLAS may depend on the shape it is given, so the outputs may differ by 1e-6 of the largest, a few roundings.
/// </summary>
public sealed class StoredWeightsTests
{
    /// <summary>Rows for both ways to multiply, odd sizes, and weights of several tiles.</summary>
    public static IEnumerable<object[]> Shapes() =>
        from shape in ((int, int, int)[])[(1, 37, 51), (4, 64, 33), (5, 37, 51), (70, 96, 130), (9, 4099, 300), (600, 48, 40)]
        from dtype in (DType[])[DType.BF16, DType.F16]
        from isInOut in (bool[])[false, true]
        select new object[] { shape.Item1, shape.Item2, shape.Item3, dtype, isInOut };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_product_is_that_of_widened_weights(int rows, int inputs, int outputs, DType dtype, bool isInOut)
    {
        foreach (LinearAlgebraChoice choice in (ReadOnlySpan<LinearAlgebraChoice>)[LinearAlgebraChoice.Managed, LinearAlgebraChoice.Auto])
        {
            using ComputeContext context = new(new ComputeOptions { Threads = 2, LinearAlgebra = choice });
            using IDisposable mode = context.BeginInference();
            using TensorScope scope = context.BeginScope();
            (int first, int second) = isInOut ? (inputs, outputs) : (outputs, inputs);
            using Tensor stored = Stored(context, dtype, first, second);
            Tensor widened = context.Create(StoredKernelsTests.Widened(dtype, StoredKernelsTests.Codes(dtype, first * second, 5)), first, second);
            Tensor x = context.Create(StoredKernelsTests.Numbers(rows * inputs, 6), rows, inputs);
            Tensor bias = context.Create(StoredKernelsTests.Numbers(outputs, 7), outputs);
            Tensor residual = context.Create(StoredKernelsTests.Numbers(rows * outputs, 8), rows, outputs);

            foreach (Func<Tensor, Tensor> map in (Func<Tensor, Tensor>[])
                [
                    weight => Map(weight, null, Activation.None, null),
                    weight => Map(weight, bias, Activation.GeluExact, null),
                    weight => Map(weight, bias, Activation.None, residual),
                ])
            {
                float[] expected = map(widened).ToArray();
                float[] actual = map(stored).ToArray();
                if (context.LinearAlgebraName == "managed")
                {
                    Assert.Equal(expected, actual);
                }

                Closeness.Require(actual, Array.ConvertAll(expected, value => (double)value), 1e-6, context.LinearAlgebraName);
            }

            Assert.Equal(dtype, stored.DType);

            Tensor Map(Tensor weight, Tensor? b, Activation activation, Tensor? r) =>
                isInOut ? x.LinearInOut(weight, b, activation, r) : x.Linear(weight, b, activation, r);
        }
    }

    [Fact]
    public void Rows_of_a_table_are_widened_when_they_are_chosen()
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 1 });
        using TensorScope scope = context.BeginScope();
        using Tensor table = Stored(context, DType.F16, 11, 13);
        float[] values = StoredKernelsTests.Widened(DType.F16, StoredKernelsTests.Codes(DType.F16, 11 * 13, 5));

        Tensor rows = table.Embed(new IndexTensor([10, 0, 3], 3));

        Assert.Equal([.. values[130..143], .. values[..13], .. values[39..52]], rows.ToArray());
        Assert.Equal(DType.F16, table.DType);
    }

    [Fact]
    public void A_weight_is_widened_for_good_when_its_values_are_asked_for()
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using Tensor weight = Stored(context, DType.BF16, 64, 64);
        long before = context.TensorBytes;

        float[] values = weight.ToArray();
        weight.Values[5] = 2;

        Assert.Equal(StoredKernelsTests.Widened(DType.BF16, StoredKernelsTests.Codes(DType.BF16, 64 * 64, 5)), values);
        Assert.Equal((DType.F32, 2f, 2 * before), (weight.DType, weight.Values[5], context.TensorBytes));
        weight.Dispose();
        Assert.Equal(0, context.TensorBytes);
        Assert.Throws<ObjectDisposedException>(() => weight.Values.Length);
    }

    [Fact]
    public void A_weight_that_was_never_widened_can_be_released()
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 1 });
        Tensor weight = Stored(context, DType.BF16, 8, 8);

        weight.Dispose();

        Assert.True(weight.IsReleased);
        Assert.Equal(0, context.TensorBytes);
        Assert.Throws<ObjectDisposedException>(() => weight.Values.Length);
    }

    [Fact]
    public void Gradients_go_through_a_weight_as_it_is_stored()
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 2, LinearAlgebra = LinearAlgebraChoice.Managed });
        float[] expected = Gradient(context, context.Create(StoredKernelsTests.Widened(DType.BF16, StoredKernelsTests.Codes(DType.BF16, 24 * 16, 5)), 24, 16));

        using Tensor stored = Stored(context, DType.BF16, 24, 16);

        Assert.Equal(expected, Gradient(context, stored));
    }

    private static float[] Gradient(ComputeContext context, Tensor weight)
    {
        using TensorScope scope = context.BeginScope();
        Tensor x = context.Create(StoredKernelsTests.Numbers(7 * 16, 6), 7, 16);
        x.RequiresGradient = true;
        context.Backward(x.Linear(weight, activation: Activation.GeluTanh).Sum());
        return x.Gradient!.ToArray();
    }

    private static Tensor Stored(ComputeContext context, DType dtype, int rows, int columns)
    {
        Tensor weight = context.AllocateStored(new TensorShape(rows, columns), dtype);
        StoredKernelsTests.Codes(dtype, rows * columns, 5).CopyTo(weight.Stored!.Codes);
        return weight;
    }
}
