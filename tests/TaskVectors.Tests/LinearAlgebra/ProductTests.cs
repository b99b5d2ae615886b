using System.Numerics;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Xunit;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.Managed;
using static TaskVectors.Tests.LinearAlgebra.TestMatrices;

namespace TaskVectors.Tests.LinearAlgebra;

public class ProductTests
{
    /// <summary>
    /// Sizes around the blocks of the managed kernels: tiles of 6 and 12 rows, chunks of 96 and 256, depth 256, blocks of 768.
    /// </summary>
    private static readonly (int M, int N, int K)[] AwkwardSizes =
    [
        (1, 1, 1), (1, 300, 5), (300, 1, 5), (5, 6, 257), (6, 16, 256), (12, 32, 255), (7, 17, 513), (97, 257, 3), (779, 19, 40), (13, 2051, 9),
    ];

    public static TheoryData<string> Providers => TestProviders.Names;

    [Property(MaxTest = 60)]
    public void A_product_is_the_triple_loop_whatever_the_shape_and_the_transposes(
        PositiveInt m, PositiveInt n, PositiveInt k, bool transposeA, bool transposeB, int seed)
    {
        foreach (ILinearAlgebraProvider provider in TestProviders.All)
        {
            CheckProduct<float>(provider, m.Get, n.Get, k.Get, transposeA, transposeB, seed);
            CheckProduct<double>(provider, m.Get, n.Get, k.Get, transposeA, transposeB, seed);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_product_is_the_triple_loop_at_every_block_boundary(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        foreach ((int m, int n, int k) in AwkwardSizes)
        {
            for (int transposes = 0; transposes < 4; transposes++)
            {
                CheckProduct<float>(provider, m, n, k, (transposes & 1) != 0, (transposes & 2) != 0, seed: 7);
                CheckProduct<double>(provider, m, n, k, (transposes & 1) != 0, (transposes & 2) != 0, seed: 7);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Strides_are_honoured_and_what_lies_between_the_rows_is_left_alone(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Matrix<double> a = Gaussian<double>(40, 50, 1);
        Matrix<double> b = Gaussian<double>(50, 60, 2);
        Matrix<double> c = Gaussian<double>(30, 44, 3);
        double[] memory = c.Elements.ToArray();
        ReadOnlyMatrixSpan<double> partA = a.View.Slice(3, 4, 19, 21);
        ReadOnlyMatrixSpan<double> partB = b.View.Slice(5, 6, 21, 23);
        provider.Multiply(1, partA, partB, 0, new MatrixSpan<double>(memory, 30, 44).Slice(7, 8, 19, 23));

        Matrix<double> expected = Product(partA, partB);
        Matrix<double> actual = Matrix.Wrap(memory, 30, 44);
        Assert.True(Distance(expected.View, actual.View.Slice(7, 8, 19, 23)) < 1e-12);
        for (int i = 0; i < 30; i++)
        {
            for (int j = 0; j < 44; j++)
            {
                if (i is < 7 or >= 26 || j is < 8 or >= 31)
                {
                    Assert.Equal(c[i, j], actual[i, j]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Alpha_and_beta_scale_the_product_and_what_was_there(string name)
    {
        Matrix<double> a = Gaussian<double>(31, 300, 1);
        Matrix<double> b = Gaussian<double>(300, 29, 2);
        Matrix<double> c = Gaussian<double>(31, 29, 3);
        double[] result = c.Elements.ToArray();
        TestProviders.Named(name).Multiply(-0.5, a, b, 3, new MatrixSpan<double>(result, 31, 29));

        double[] expected = Product<double>(a, b).Elements.ToArray();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal((-0.5 * expected[i]) + (3 * c.Elements[i]), result[i], 1e-11);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Beta_zero_does_not_read_what_was_there(string name)
    {
        foreach (int depth in new[] { 0, 3 })
        {
            double[] result = [double.NaN, double.PositiveInfinity, double.NaN, double.NegativeInfinity];
            TestProviders.Named(name).Multiply(1, Gaussian<double>(2, depth, 1), Gaussian<double>(depth, 2, 2), 0, new MatrixSpan<double>(result, 2, 2));
            Assert.All(result, value => Assert.True(double.IsFinite(value)));
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_product_over_no_terms_is_zero_plus_beta_times_what_was_there(string name)
    {
        float[] result = [1, 2, 3, 4, 5, 6];
        TestProviders.Named(name).Multiply(1f, Matrix.Zero<float>(2, 0), Matrix.Zero<float>(0, 3), 2f, new MatrixSpan<float>(result, 2, 3));
        Assert.Equal([2f, 4, 6, 8, 10, 12], result);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Products_of_empty_matrices_are_empty(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Assert.Equal((0, 4), Size(provider.Multiply(Matrix.Zero<float>(0, 3).View, Matrix.Zero<float>(3, 4).View)));
        Assert.Equal((4, 0), Size(provider.Multiply(Matrix.Zero<float>(4, 3).View, Matrix.Zero<float>(3, 0).View)));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void NaN_stays_in_its_row_and_column(string name)
    {
        float[] elements = Gaussian<float>(9, 9, 1).Elements.ToArray();
        elements[(4 * 9) + 2] = float.NaN;
        Matrix<float> product = TestProviders.Named(name).Multiply(Matrix.Wrap(elements, 9, 9).View, Gaussian<float>(9, 20, 2).View);
        for (int i = 0; i < 9; i++)
        {
            for (int j = 0; j < 20; j++)
            {
                Assert.Equal(i == 4, float.IsNaN(product[i, j]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Wide_accumulation_keeps_what_F32_would_lose(string name)
    {
        // 2^24 + 1 - 2^24: F32 rounds the 1 away whatever the order, F64 does not.
        Matrix<float> a = From(1, 3, 16777216f, 1f, -16777216f);
        Matrix<float> ones = From(3, 1, 1f, 1f, 1f);
        Assert.Equal(1, TestProviders.Named(name).MultiplyWide(a, ones)[0, 0]);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Wide_products_are_the_F64_triple_loop(string name)
    {
        Matrix<float> a = Gaussian<float>(301, 35, 1);
        Matrix<double> gram = TestProviders.Named(name).MultiplyWide(a.Transpose(), a);
        Assert.True(Distance(Product(a.Transpose(), a.View).View, gram.View) <= 1e-13 * Norm(gram.View));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Factors_that_do_not_fit_are_refused(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Assert.Throws<ArgumentException>(() => provider.Multiply(Matrix.Zero<float>(2, 3).View, Matrix.Zero<float>(2, 3).View));
        Assert.Throws<ArgumentException>(
            () => provider.Multiply(1f, Matrix.Zero<float>(2, 3), Matrix.Zero<float>(3, 2), 0f, new MatrixSpan<float>(new float[6], 2, 3)));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_product_over_its_own_factor_is_refused(string name)
    {
        float[] memory = new float[8];
        ArgumentException error = Assert.Throws<ArgumentException>(() => TestProviders.Named(name).Multiply(
            1f, new ReadOnlyMatrixSpan<float>(memory, 2, 2), Matrix.Identity<float>(2), 0f, new MatrixSpan<float>(memory.AsSpan(2), 2, 2)));
        Assert.Contains("shares memory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_precision_is_refused_by_name()
    {
        foreach (ILinearAlgebraProvider provider in TestProviders.All)
        {
            Matrix<Half> one = Matrix.Identity<Half>(1);
            Assert.Contains("Half", Assert.Throws<NotSupportedException>(() => provider.Multiply(one.View, one.View)).Message, StringComparison.Ordinal);
            Assert.Throws<NotSupportedException>(() => provider.ThinSvd(one.View));
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_cancelled_product_stops(string name) =>
        Assert.Throws<OperationCanceledException>(
            () => TestProviders.Named(name).Multiply(Matrix.Identity<float>(3).View, Matrix.Identity<float>(3).View, new CancellationToken(true)));

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Managed_products_have_the_same_bytes_for_any_number_of_threads(int threads)
    {
        Matrix<float> a = Gaussian<float>(401, 777, 1);
        Matrix<float> b = Gaussian<float>(777, 523, 2);
        ILinearAlgebraProvider one = LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed, 1);
        ILinearAlgebraProvider several = LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed, threads);
        AssertSameBytes(one.Multiply(a.View, b.View), several.Multiply(a.View, b.View));
        AssertSameBytes(one.MultiplyWide(a, b), several.MultiplyWide(a, b));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Managed_products_have_the_same_bytes_for_scalars_and_any_vector_width(int bits)
    {
        // A width the processor lacks is emulated by the runtime: slow, but the same arithmetic.
        ManagedProvider scalar = new(1, vectorBits: 0);
        ManagedProvider vector = new(2, bits);
        foreach ((int m, int n, int k) in new[] { (1, 1, 1), (13, 35, 300), (61, 67, 71) })
        {
            CheckWidths<float>(scalar, vector, m, n, k);
            CheckWidths<double>(scalar, vector, m, n, k);
        }
    }

    private static void CheckWidths<T>(ManagedProvider scalar, ManagedProvider vector, int m, int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> a = Gaussian<T>(m, k, 1);
        Matrix<T> b = Gaussian<T>(k, n, 2);
        T factor = T.CreateTruncating(0.3);
        Matrix<T> first = Gaussian<T>(m, n, 3);
        Matrix<T> second = Gaussian<T>(m, n, 3);
        scalar.Multiply(factor, a, b, factor, first.Target);
        vector.Multiply(factor, a, b, factor, second.Target);
        AssertSameBytes(first, second);
    }

    private static void CheckProduct<T>(ILinearAlgebraProvider provider, int m, int n, int k, bool transposeA, bool transposeB, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> storedA = transposeA ? Gaussian<T>(k, m, seed) : Gaussian<T>(m, k, seed);
        Matrix<T> storedB = transposeB ? Gaussian<T>(n, k, seed ^ 1) : Gaussian<T>(k, n, seed ^ 1);
        ReadOnlyMatrixSpan<T> a = transposeA ? storedA.Transpose() : storedA;
        ReadOnlyMatrixSpan<T> b = transposeB ? storedB.Transpose() : storedB;
        double error = Distance(Product(a, b).View, provider.Multiply(a, b).View);

        // Each element is off by at most about k roundings of terms whose sizes sum to at most ||row|| ||column||.
        double allowed = Rounding<T>(k, k) * (Norm(a) * Norm(b) + 1e-30);
        Assert.True(error <= allowed, $"{provider.Name} {m}x{k}x{n}: {error} > {allowed}");
    }

    private static void AssertSameBytes<T>(Matrix<T> expected, Matrix<T> actual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Assert.True(MemoryMarshal.AsBytes(expected.Elements).SequenceEqual(MemoryMarshal.AsBytes(actual.Elements)));

    private static (int Rows, int Columns) Size<T>(Matrix<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (matrix.Rows, matrix.Columns);
}
