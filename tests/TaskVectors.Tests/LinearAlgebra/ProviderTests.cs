using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.OpenBlas;
using TaskVectors.LinearAlgebra.Polar;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.Tests.LinearAlgebra;

public class ProviderTests
{
    public static TheoryData<string> Providers => TestProviders.Names;

    [Fact]
    public void Auto_is_OpenBLAS_where_it_loads_and_managed_elsewhere() =>
        Assert.Equal(OpenBlasLibrary.Shared is null ? "managed" : "openblas", LinearAlgebraProvider.Create().Name);

    [Fact]
    public void OpenBLAS_by_name_is_itself_or_an_error_that_says_how_to_install_it()
    {
        if (OpenBlasLibrary.Shared is not null)
        {
            Assert.Equal("openblas", LinearAlgebraProvider.Create(LinearAlgebraChoice.OpenBlas).Name);
            return;
        }

        Assert.Throws<OpenBlasNotFoundException>(() => LinearAlgebraProvider.Create(LinearAlgebraChoice.OpenBlas));
    }

    [Fact]
    public void A_missing_OpenBLAS_names_what_was_tried_and_the_remedy()
    {
        OpenBlasNotFoundException error = new(["libopenblas.so.0", "libopenblas.so"]);
        Assert.Contains("libopenblas.so.0, libopenblas.so", error.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install libopenblas0-pthread", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.Usage, error.Category);
    }

    [Fact]
    public void OpenBLAS_uses_the_kernel_that_fits_the_processor()
    {
        // A kernel the user names goes first; a build for one processor ignores both.
        if (OpenBlasLibrary.Shared is not { } library || !library.Configuration.Contains("DYNAMIC_ARCH", StringComparison.Ordinal))
        {
            return;
        }

        string? expected = Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") ?? OpenBlasCoreType.Preferred;
        if (expected is not null)
        {
            Assert.Equal(expected, library.Kernel, ignoreCase: true);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_provider_describes_itself(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Assert.Equal(2, provider.Threads);
        Assert.NotEmpty(provider.Kernel);
        Assert.NotEmpty(provider.Configuration);
    }

    [Fact]
    public void Zero_threads_stands_for_one_per_processor() =>
        Assert.Equal(Environment.ProcessorCount, LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed).Threads);

    [Fact]
    public void Choices_and_thread_counts_without_meaning_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearAlgebraProvider.Create((LinearAlgebraChoice)42));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed, -1));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Calls_from_several_threads_at_once_do_not_disturb_each_other(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        double[][] expected = [.. Enumerable.Range(0, 8).Select(seed => SingularValues(provider, seed))];
        double[][] actual = new double[32][];
        Parallel.For(0, actual.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => actual[i] = SingularValues(provider, i % 8));
        for (int i = 0; i < actual.Length; i++)
        {
            for (int j = 0; j < actual[i].Length; j++)
            {
                Assert.Equal(expected[i % 8][j], actual[i][j], 1e-11);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Cancellation_stops_every_operation(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Matrix<double> a = Matrix.Identity<double>(40);
        CancellationToken cancelled = new(true);
        Assert.Throws<OperationCanceledException>(() => provider.ThinQr(a.View, cancelled));
        Assert.Throws<OperationCanceledException>(() => provider.ThinSvd(a.View, cancelled));
        Assert.Throws<OperationCanceledException>(() => provider.SymmetricEigen(a.View, cancelled));
        Assert.Throws<OperationCanceledException>(() => provider.TruncatedSvd(a.View, 2, cancellationToken: cancelled));
        Assert.Throws<OperationCanceledException>(() => provider.PolarFactor(a.View, cancelled));
        Assert.Throws<OperationCanceledException>(() => provider.OrthonormalBasis(a.View, cancellationToken: cancelled));
    }

    private static double[] SingularValues(ILinearAlgebraProvider provider, int seed)
    {
        Matrix<double> a = TestMatrices.Gaussian<double>(40, 60, seed);
        return provider.ThinSvd(provider.Multiply(a.View, a.Transpose()).View).SingularValues.ToArray();
    }
}
