using System.Numerics;
using TaskVectors.LinearAlgebra;
using static TaskVectors.Tests.LinearAlgebra.TestMatrices;

namespace TaskVectors.Tests.LinearAlgebra;

public class GramTests
{
    public static TheoryData<string> Providers => TestProviders.Names;

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_Gram_matrix_is_the_product_with_the_transpose_and_exactly_symmetric(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Matrix<float> a = Gaussian<float>(45, 70, 1);
        CheckGram(provider, a.View);
        CheckGram(provider, a.Transpose());
        CheckGram(provider, a.View.Slice(3, 5, 33, 41));
        CheckGram(provider, a.Transpose().Slice(2, 1, 40, 37));
        CheckGram(provider, Gaussian<double>(70, 33, 2).View);
        Assert.Equal((0, 0), (provider.Gram(Matrix.Zero<float>(0, 5).View).Rows, provider.Gram(Matrix.Zero<float>(0, 5).View).Columns));
        Assert.Equal(new float[9], provider.Gram(Matrix.Zero<float>(3, 0).View).Elements.ToArray());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Leading_eigenvectors_are_the_first_of_all(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Matrix<double> gram = provider.Gram(Gaussian<double>(40, 60, 3).View);
        SymmetricEigen<double> all = provider.SymmetricEigen(gram.View);
        foreach (int count in new[] { 0, 1, 7, 40 })
        {
            SymmetricEigen<double> leading = provider.LeadingEigen(gram.View, count);
            Assert.Equal((40, count), (leading.Vectors.Rows, leading.Vectors.Columns));
            double tolerance = Rounding<double>(40, 40) * all.Values.Span[0];
            Assert.All(leading.Values.ToArray().Zip(all.Values.ToArray()), pair => Assert.Equal(pair.Second, pair.First, tolerance));

            // A X = X diag(w) for the columns that are there; gaps are wide enough for signs to agree with those of all vectors.
            Matrix<double> image = Product<double>(gram.View, leading.Vectors.View);
            Assert.True(Distance<double, double>(image.View, ScaleColumns<double>(leading.Vectors, leading.Values.Span[..count]).View) <= tolerance);
            Assert.True(Distance<double, double>(leading.Vectors.View, all.Vectors.FirstColumns(count)) <= 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Eigenvalues_survive_scales_whose_squares_leave_the_range(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        foreach (float scale in new[] { 1e-30f, 1e30f })
        {
            SymmetricEigen<float> eigen = provider.SymmetricEigen(From<float>(2, 2, 2 * scale, -scale, -scale, 2 * scale).View);
            Assert.Equal(3, eigen.Values.Span[0] / scale, 1e-5f);
            Assert.Equal(1, eigen.Values.Span[1] / scale, 1e-5f);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void No_more_eigenvectors_than_there_are_can_be_asked_for(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => provider.LeadingEigen(Matrix.Identity<float>(3).View, 4));
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => provider.LeadingEigen(Matrix.Identity<float>(3).View, -1));
    }

    private static void CheckGram<T>(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> gram = provider.Gram(a);
        Matrix<double> expected = Product(a, a.Transpose());
        Assert.True(Distance<T, double>(gram.View, expected.View) <= Rounding<T>(a.Rows, a.Columns) * Norm<double>(expected.View));
        Assert.Equal(gram.Elements.ToArray(), gram.Transpose().ToMatrix().Elements.ToArray());
    }
}
