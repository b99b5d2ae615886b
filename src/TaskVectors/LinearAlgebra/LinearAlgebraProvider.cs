using TaskVectors.LinearAlgebra.Managed;
using TaskVectors.LinearAlgebra.OpenBlas;

namespace TaskVectors.LinearAlgebra;

/// <summary>Makes the provider a <see cref="LinearAlgebraChoice"/> names.</summary>
public static class LinearAlgebraProvider
{
    /// <summary>Makes a provider.</summary>
    /// <param name="choice">Which implementation.</param>
    /// <param name="threads">
    /// The most threads one operation uses; 0 for one per processor. OpenBLAS has one such setting a process: the last provider made
    /// decides it for all.
    /// </param>
    /// <exception cref="OpenBlasNotFoundException">OpenBLAS was chosen and cannot be loaded.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is negative, or the choice is unknown.</exception>
    public static ILinearAlgebraProvider Create(LinearAlgebraChoice choice = LinearAlgebraChoice.Auto, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        int count = threads == 0 ? Environment.ProcessorCount : threads;
        return choice switch
        {
            LinearAlgebraChoice.Managed => new ManagedProvider(count),
            LinearAlgebraChoice.OpenBlas => new OpenBlasProvider(
                OpenBlasLibrary.Shared ?? throw new OpenBlasNotFoundException(OpenBlasLibrary.FileNames), count),
            LinearAlgebraChoice.Auto when OpenBlasLibrary.Shared is { } library => new OpenBlasProvider(library, count),
            LinearAlgebraChoice.Auto => new ManagedProvider(count),
            _ => throw new ArgumentOutOfRangeException(nameof(choice), choice, "Unknown implementation."),
        };
    }
}
