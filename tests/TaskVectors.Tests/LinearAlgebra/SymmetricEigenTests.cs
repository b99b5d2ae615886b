using System.Numerics;
using FsCheck;
using FsCheck.Xunit;
using TaskVectors.LinearAlgebra;
using static TaskVectors.Tests.LinearAlgebra.TestMatrices;

namespace TaskVectors.Tests.LinearAlgebra;

public class SymmetricEigenTests
{
    public static TheoryData<string> Providers => TestProviders.Names;

    [Property(MaxTest = 60)]
    public void The_eigenvectors_rebuild_the_matrix_whatever_its_order(PositiveInt order, int seed)
    {
        foreach (ILinearAlgebraProvider provider in TestProviders.All)
        {
            CheckReconstruction(provider, Symmetric<float>(order.Get, seed));
            CheckReconstruction(provider, Symmetric<double>(order.Get, seed));
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Degenerate_matrices_have_orthonormal_eigenvectors(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        CheckReconstruction(provider, Matrix.Zero<double>(7, 7));
        CheckReconstruction(provider, Matrix.Identity<float>(20));
        CheckReconstruction(provider, Matrix.Wrap(Enumerable.Repeat(1.0, 81).ToArray(), 9, 9));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_second_difference_has_its_known_eigenvalues(string name)
    {
        // tridiagonal (-1, 2, -1) of order n: 2 - 2 cos(j pi / (n + 1)).
        const int Order = 25;
        Matrix<double> a = Matrix.Zero<double>(Order, Order);
        for (int i = 0; i < Order; i++)
        {
            a.Target[i, i] = 2;
            if (i > 0)
            {
                a.Target[i, i - 1] = a.Target[i - 1, i] = -1;
            }
        }

        ReadOnlySpan<double> values = TestProviders.Named(name).SymmetricEigen(a.View).Values.Span;
        for (int i = 0; i < Order; i++)
        {
            Assert.Equal(2 - (2 * Math.Cos((Order - i) * Math.PI / (Order + 1))), values[i], 1e-13);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_largest_entry_of_each_eigenvector_is_positive(string name)
    {
        SymmetricEigen<double> eigen = TestProviders.Named(name).SymmetricEigen(From(2, 2, 2.0, -1, -1, 3).View);
        Assert.True(Math.Max(eigen.Vectors[0, 0], eigen.Vectors[1, 0]) > 0.8);
        Assert.True(Math.Max(eigen.Vectors[0, 1], eigen.Vectors[1, 1]) > 0.8);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Rounding_asymmetry_is_averaged_and_more_is_refused(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        SymmetricEigen<double> eigen = provider.SymmetricEigen(From(2, 2, 1, 1e-9, 0, 1).View);
        Assert.Equal(1 + 0.5e-9, eigen.Values.Span[0], 1e-15);
        ArgumentException error = Assert.Throws<ArgumentException>(() => provider.SymmetricEigen(From(2, 2, 1, 0.001, 0, 1).View));
        Assert.Contains("symmetric", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => provider.SymmetricEigen(Matrix.Zero<double>(2, 3).View));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_empty_matrix_has_no_eigenvalues(string name)
    {
        SymmetricEigen<float> eigen = TestProviders.Named(name).SymmetricEigen(Matrix.Zero<float>(0, 0).View);
        Assert.Equal((0, 0, 0), (eigen.Values.Length, eigen.Vectors.Rows, eigen.Vectors.Columns));
    }

    [Fact]
    public void Providers_agree_on_the_leading_space()
    {
        (Matrix<double> a, _, _) = WithSpectrum<double>(40, 40, 6, 9, 7, 5, 1, 1);
        Matrix<double> gram = Product(a.View, a.Transpose());
        SymmetricEigen<double> reference = TestProviders.Managed.SymmetricEigen(gram.View);
        foreach (ILinearAlgebraProvider provider in TestProviders.All)
        {
            SymmetricEigen<double> eigen = provider.SymmetricEigen(gram.View);

            // The values 1, 1 are a pair: their plane is determined, their vectors are not.
            Assert.True(ProjectorDistance(reference.Vectors.FirstColumns(3), eigen.Vectors.FirstColumns(3)) < 1e-12);
            Assert.True(ProjectorDistance(reference.Vectors.FirstColumns(5), eigen.Vectors.FirstColumns(5)) < 1e-11);
        }
    }

    private static Matrix<T> Symmetric<T>(int order, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> a = Gaussian<T>(order, order, seed);
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j < i; j++)
            {
                a.Target[i, j] = a[j, i];
            }
        }

        return a;
    }

    private static void CheckReconstruction<T>(ILinearAlgebraProvider provider, Matrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SymmetricEigen<T> eigen = provider.SymmetricEigen(a.View);
        ReadOnlySpan<T> values = eigen.Values.Span;
        double rounding = Rounding<T>(a.Rows, a.Columns);
        string where = $"{provider.Name} {typeof(T).Name} {a}";
        Assert.True(OrthonormalityError(eigen.Vectors) <= rounding, where);
        Matrix<double> rebuilt = Product(ScaleColumns(eigen.Vectors, values).View, eigen.Vectors.Transpose().ToMatrix<double>().View);
        Assert.True(Distance(rebuilt.View, a.View) <= rounding * Norm(a.View), where);
        for (int i = 1; i < values.Length; i++)
        {
            Assert.True(values[i] <= values[i - 1], where);
        }
    }
}
