using TaskVectors.LinearAlgebra;

namespace TaskVectors.Tests.LinearAlgebra;

/// <summary>The implementations this machine has: the managed one always, OpenBLAS where it loads.</summary>
internal static class TestProviders
{
    public static ILinearAlgebraProvider Managed { get; } = LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed, threads: 2);

    public static IReadOnlyList<ILinearAlgebraProvider> All { get; } = FindAll();

    /// <summary>For theories: each test names the implementation it ran on.</summary>
    public static TheoryData<string> Names => new(All.Select(provider => provider.Name));

    public static ILinearAlgebraProvider Named(string name) => All.Single(provider => provider.Name == name);

    private static ILinearAlgebraProvider[] FindAll()
    {
        ILinearAlgebraProvider automatic = LinearAlgebraProvider.Create(LinearAlgebraChoice.Auto, threads: 2);
        return automatic.Name == Managed.Name ? [Managed] : [Managed, automatic];
    }
}
