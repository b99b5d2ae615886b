using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Tensors;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Tests.Tensors;

/// <summary>Vector kernels against their scalar twins, bit for bit, over odd lengths at unaligned addresses.</summary>
public class VectorKernelTests
{
    private const int LongestSpan = 67;

    public static TheoryData<DType> Types => Samples.Types(_ => true);

    public static TheoryData<DType> SmallTypes => Samples.Types(dtype => dtype.BitSize() <= 16);

    [Fact]
    public void Vectors_are_used_where_these_tests_run_on_a_processor_with_wide_vectors() =>
        Assert.Equal(Vector256.IsHardwareAccelerated, FloatKernels.For(DType.BF16).GetType() == FloatKernels.For(DType.BF16, true).GetType());

    [Theory]
    [MemberData(nameof(SmallTypes))]
    public void Every_code_of_a_small_type_decodes_alike(DType dtype)
    {
        byte[] codes = Codes.All(dtype);
        AssertSame<double>(dtype, codes.Length / Codes.Size(dtype), (kernels, numbers) => kernels.Decode(codes, numbers));
        AssertSame<float>(dtype, codes.Length / Codes.Size(dtype), (kernels, numbers) => kernels.Decode(codes, numbers));
        Assert.Equal(FloatKernels.For(dtype, false).CountNaN(codes), FloatKernels.For(dtype, true).CountNaN(codes));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Spans_of_every_length_decode_alike(DType dtype) => ForEachLength(dtype, (codes, numbers, length) =>
    {
        AssertSame<double>(dtype, length, (kernels, destination) => kernels.Decode(codes.Span, destination));
        AssertSame<float>(dtype, length, (kernels, destination) => kernels.Decode(codes.Span, destination));
        Assert.Equal(FloatKernels.For(dtype, false).CountNaN(codes.Span), FloatKernels.For(dtype, true).CountNaN(codes.Span));
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void Spans_of_every_length_decode_alike_less_an_origin(DType dtype) => ForEachLength(dtype, (codes, numbers, length) =>
    {
        double[] origin = TestModel.Numbers(length, length);
        float[] single = Array.ConvertAll(origin, number => (float)number);
        AssertSame<double>(dtype, length, (kernels, destination) => kernels.DecodeDifference(codes.Span, origin, destination));
        AssertSame<float>(dtype, length, (kernels, destination) => kernels.DecodeDifference(codes.Span, single, destination));
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void Spans_of_every_length_multiply_and_add_alike(DType dtype) => ForEachLength(dtype, (codes, numbers, length) =>
    {
        foreach (double coefficient in new[] { 0.3, -1.0, 0.0, double.PositiveInfinity, double.NaN })
        {
            AssertSame<double>(dtype, length, (kernels, accumulator) => kernels.Multiply(codes.Span, coefficient, accumulator));
            AssertSame<double>(dtype, length, (kernels, accumulator) =>
            {
                numbers.CopyTo(accumulator);
                kernels.MultiplyAdd(codes.Span, coefficient, accumulator);
            });
        }
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void Spans_of_every_length_encode_alike(DType dtype) => ForEachLength(dtype, (codes, numbers, length) =>
    {
        float[] single = Array.ConvertAll(numbers, number => (float)number);
        AssertSameCodes(dtype, length, (kernels, destination) => kernels.Encode(numbers, destination));
        AssertSameCodes(dtype, length, (kernels, destination) => kernels.Encode(single, destination));
        foreach (long firstElement in new[] { 0L, 1, 5_000_000_003 })
        {
            AssertSameCodes(dtype, length, (kernels, destination) => kernels.EncodeStochastic(numbers, destination, new PhiloxKey(7), firstElement));
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Edits_of_whole_groups_are_measured_alike(bool hasReference)
    {
        for (int length = 0; length <= 10 * FixedOrderSum.Lanes; length += FixedOrderSum.Lanes)
        {
            double[] written = Samples.Numbers(DType.BF16, length, length);
            double[] exact = Samples.Numbers(DType.F32, length, length + 1);
            double[] reference = hasReference ? Samples.Numbers(DType.F64, length, length + 2) : [];
            double[] scalar = new double[2 * FixedOrderSum.Lanes];
            double[] vector = new double[2 * FixedOrderSum.Lanes];
            long scalarCount = EditSums.AddScalar(
                written, exact, reference, scalar.AsSpan(0, FixedOrderSum.Lanes), scalar.AsSpan(FixedOrderSum.Lanes));
            long vectorCount = EditSums.AddVector(
                written, exact, reference, vector.AsSpan(0, FixedOrderSum.Lanes), vector.AsSpan(FixedOrderSum.Lanes));

            Assert.Equal(scalarCount, vectorCount);
            Assert.Equal(MemoryMarshal.AsBytes(scalar.AsSpan()), MemoryMarshal.AsBytes(vector.AsSpan()));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_long_span_of_ordinary_numbers_goes_through_every_kernel_alike(DType dtype)
    {
        const int Length = 20_011;
        Random random = new(3);
        double[] numbers = new double[Length];
        for (int i = 0; i < Length; i++)
        {
            numbers[i] = Math.ScaleB(random.NextDouble() - 0.5, random.Next(-30, 6));
        }

        byte[] codes = new byte[Length * Codes.Size(dtype)];
        _ = TensorConverter.Encode(dtype, numbers, codes);

        AssertSameCodes(dtype, Length, (kernels, destination) => kernels.Encode(numbers, destination));
        AssertSameCodes(dtype, Length, (kernels, destination) => kernels.EncodeStochastic(numbers, destination, new PhiloxKey(11), 3));
        AssertSame<double>(dtype, Length, (kernels, accumulator) =>
        {
            numbers.CopyTo(accumulator);
            kernels.MultiplyAdd(codes, -0.7, accumulator);
        });
    }

    [Fact]
    public void Lanes_of_products_are_the_same_in_vectors_and_scalars()
    {
        for (int length = 0; length <= LongestSpan; length++)
        {
            double[] a = Samples.Numbers(DType.F64, length, length);
            double[] b = Samples.Numbers(DType.F32, length, length + 1);
            double[] scalar = new double[FixedOrderSum.Lanes];
            double[] vector = new double[FixedOrderSum.Lanes];
            FixedOrderSum.AddProductsScalar(a, b, scalar);
            int done = FixedOrderSum.AddProductsVector(a, b, vector);
            FixedOrderSum.AddProductsScalar(a.AsSpan(done), b.AsSpan(done), vector);

            // Which NaN comes of two is the processor's choice here; that it is one is not.
            Assert.Equal(Array.ConvertAll(scalar, double.IsNaN), Array.ConvertAll(vector, double.IsNaN));
            Assert.Equal(Array.FindAll(scalar, lane => !double.IsNaN(lane)), Array.FindAll(vector, lane => !double.IsNaN(lane)));
        }
    }

    private static void ForEachLength(DType dtype, Action<ReadOnlyMemory<byte>, double[], int> check)
    {
        for (int length = 0; length <= LongestSpan; length++)
        {
            Random random = new(length);
            byte[] memory = new byte[length * Codes.Size(dtype) + 8];
            random.NextBytes(memory);
            check(memory.AsMemory(1 + length % 7, length * Codes.Size(dtype)), Samples.Numbers(dtype, length, length), length);
        }
    }

    private static void AssertSame<T>(DType dtype, int length, Action<FloatKernels, Span<T>> run)
        where T : unmanaged
    {
        T[] scalar = new T[length];
        T[] vector = new T[length];
        run(FloatKernels.For(dtype, false), scalar);
        run(FloatKernels.For(dtype, true), vector);
        Assert.Equal(MemoryMarshal.AsBytes(scalar.AsSpan()), MemoryMarshal.AsBytes(vector.AsSpan()));
    }

    private static void AssertSameCodes(DType dtype, int length, Func<FloatKernels, Span<byte>, long> run)
    {
        int size = length * Codes.Size(dtype);
        byte[] scalar = new byte[size + 2];
        byte[] vector = new byte[size + 2];
        long scalarCount = run(FloatKernels.For(dtype, false), scalar.AsSpan(1, size));
        long vectorCount = run(FloatKernels.For(dtype, true), vector.AsSpan(1, size));
        Assert.Equal(scalar, vector);
        Assert.Equal(scalarCount, vectorCount);
    }
}
