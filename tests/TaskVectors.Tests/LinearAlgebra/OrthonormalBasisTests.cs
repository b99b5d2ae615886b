using TaskVectors.LinearAlgebra;
using static TaskVectors.Tests.LinearAlgebra.TestMatrices;

namespace TaskVectors.Tests.LinearAlgebra;

public class OrthonormalBasisTests
{
    public static TheoryData<string> Providers => TestProviders.Names;

    [Theory]
    [MemberData(nameof(Providers))]
    public void Repeated_directions_count_once(string name)
    {
        Matrix<float> a = Gaussian<float>(50, 6, 1);
        Matrix<float> twice = Matrix.Zero<float>(50, 12);
        for (int row = 0; row < 50; row++)
        {
            a.View.Slice(row, 0, 1, 6).Elements[..6].CopyTo(twice.Target.Row(row));
            a.View.Slice(row, 0, 1, 6).Elements[..6].CopyTo(twice.Target.Row(row)[6..]);
        }

        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Matrix<float> basis = provider.OrthonormalBasis(twice.View);
        Assert.Equal((50, 6), (basis.Rows, basis.Columns));
        Assert.True(OrthonormalityError(basis) < 1e-4);
        Assert.True(ProjectorDistance(basis.View, provider.ThinQr(a.View).Q.View) < 1e-4);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Directions_below_the_tolerance_are_dropped(string name)
    {
        (Matrix<double> a, Matrix<double> u, _) = WithSpectrum<double>(30, 20, 2, 1, 0.5, 1e-3, 1e-9);
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Assert.Equal(4, provider.OrthonormalBasis(a.View).Columns);
        Matrix<double> basis = provider.OrthonormalBasis(a.View, tolerance: 1e-2);
        Assert.Equal(2, basis.Columns);
        Assert.True(ProjectorDistance(basis.View, u.FirstColumns(2)) < 1e-12);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_matrix_without_directions_has_an_empty_basis(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        foreach ((int rows, int columns) in new[] { (8, 3), (8, 0), (0, 3) })
        {
            Matrix<float> basis = provider.OrthonormalBasis(Matrix.Zero<float>(rows, columns).View);
            Assert.Equal((rows, 0), (basis.Rows, basis.Columns));
        }
    }

    [Fact]
    public void A_negative_tolerance_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TestProviders.Managed.OrthonormalBasis(Matrix.Identity<float>(2).View, -1));
}
