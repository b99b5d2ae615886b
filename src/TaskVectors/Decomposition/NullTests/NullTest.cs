using System.Collections.Concurrent;
using System.Numerics;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition.NullTests;

/// <summary>
/// Draws random subspaces of the ranks at hand. Spectra depend on the dimension, the ranks and the mode only, so that layers of one shape
/// share them. Safe for concurrent use: threads that ask for the same spectra share the draws between them, and the same seed gives the same spectra
/// whichever thread makes which draw.
/// </summary>
internal sealed class NullTest(ILinearAlgebraProvider provider, ulong seed, int? draws)
{
    private const int FewestDraws = 20;
    private const int MostDraws = 200;

    // About a second of arithmetic.
    private const double AffordableOperations = 2e10;

    // Far more than F32 rounds, far less than draws differ.
    private const double Margin = 1e-4;

    private readonly ConcurrentDictionary<string, SharedDraws> _known = new(StringComparer.Ordinal);

    /// <summary>The spectra, down to a level at least.</summary>
    /// <param name="mode">The reading.</param>
    /// <param name="dimension">d.</param>
    /// <param name="ranks">The ranks.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <param name="level">Eigenvalues no larger than this need not be known; 0 for all.</param>
    public NullSpectra Of(DecompositionMode mode, int dimension, IReadOnlyList<int> ranks, CancellationToken cancellationToken, double level = 0)
    {
        string name = FormattableString.Invariant($"{mode} {dimension}: {string.Join(' ', ranks)}");
        string key = FormattableString.Invariant($"{name}, {level:R}");
        while (true)
        {
            SharedDraws work = _known.GetOrAdd(key, _ => Begin(name, mode, dimension, ranks, level));
            try
            {
                return work.Complete(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Another thread may have been the one to stop.
                _ = _known.TryRemove(KeyValuePair.Create(key, work));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private SharedDraws Begin(string name, DecompositionMode mode, int dimension, IReadOnlyList<int> ranks, double level)
    {
        var algebra = new FallbackLinearAlgebra(provider);
        return new SharedDraws(draws ?? DrawsFor(dimension, ranks), Spectrum, values => new NullSpectra(values, level)
        {
            Fallbacks = [.. algebra.Fallbacks.Select(sentence => $"Null test: {sentence}")],
        });

        IReadOnlyList<double> Spectrum(int draw, CancellationToken cancellationToken)
        {
            PhiloxKey key = PhiloxKey.Create(seed, "null test", FormattableString.Invariant($"{name} {draw}"));
            if (mode == DecompositionMode.Mean)
            {
                return SharedSpectra.IsLarge(dimension, ranks)
                    ? MeanValues<float>(dimension, ranks, key, level, algebra, cancellationToken)
                    : MeanValues<double>(dimension, ranks, key, level, algebra, cancellationToken);
            }

            IReadOnlyList<Matrix<double>> bases = RandomSubspaces.Draw<double>(dimension, ranks, key, algebra, cancellationToken);
            SharedSpectrum spectrum = SharedSpectra.Compute(mode, bases, algebra, cancellationToken);
            spectrum.Fallbacks.ToList().ForEach(algebra.Remember);
            return spectrum.Values;
        }
    }

    // Values cost less than vectors, and the proof that there are none above the level less than values.
    private static IReadOnlyList<double> MeanValues<T>(
        int dimension, IReadOnlyList<int> ranks, PhiloxKey key, double level, ILinearAlgebraProvider algebra, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double least = (1 - Margin) * level;
        return dimension >= ranks.Sum() && least * ranks.Count > 1 && RandomSubspaces.IsMeanBelow<T>(dimension, ranks, key, least, algebra, cancellationToken)
            ? []
            : MeanSpectrum.ValuesOf(RandomSubspaces.Draw<T>(dimension, ranks, key, algebra, cancellationToken), algebra, cancellationToken);
    }

    private static int DrawsFor(int dimension, IReadOnlyList<int> ranks)
    {
        double total = ranks.Sum();
        double side = Math.Max(1, Math.Min(dimension, total));
        return (int)Math.Clamp(AffordableOperations / (10 * side * side * total), FewestDraws, MostDraws);
    }
}
