using System.Collections.Concurrent;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition;

/// <summary>
/// Draws random subspaces of the ranks at hand. Spectra depend on the dimension, the ranks and the mode only, so that layers of one shape
/// share them. Safe for concurrent use; the same seed gives the same spectra whichever thread asks first.
/// </summary>
internal sealed class NullTest(ILinearAlgebraProvider provider, ulong seed, int? draws)
{
    private const int FewestDraws = 20;
    private const int MostDraws = 200;

    // About a second of arithmetic.
    private const double AffordableOperations = 2e10;

    // From this order on spectra are computed in F32: draws differ from one another ten thousand times as much as that rounds.
    private const int LargeSide = 512;

    private readonly ConcurrentDictionary<string, Lazy<NullSpectra>> _known = new(StringComparer.Ordinal);

    public NullSpectra Of(DecompositionMode mode, int dimension, IReadOnlyList<int> ranks, CancellationToken cancellationToken)
    {
        string key = FormattableString.Invariant($"{mode} {dimension}: {string.Join(' ', ranks)}");
        Lazy<NullSpectra> spectra =
            _known.GetOrAdd(key, _ => new Lazy<NullSpectra>(() => Draw(key, mode, dimension, ranks, cancellationToken)));
        try
        {
            return spectra.Value;
        }
        catch (OperationCanceledException)
        {
            _ = _known.TryRemove(key, out _);
            throw;
        }
    }

    private NullSpectra Draw(
        string name, DecompositionMode mode, int dimension, IReadOnlyList<int> ranks, CancellationToken cancellationToken)
    {
        var algebra = new FallbackLinearAlgebra(provider);
        IReadOnlyList<double>[] spectra = [.. Enumerable.Range(0, draws ?? DrawsFor(dimension, ranks)).Select(Spectrum)];
        return new NullSpectra(spectra) { Fallbacks = [.. algebra.Fallbacks.Select(sentence => $"Null test: {sentence}")] };

        IReadOnlyList<double> Spectrum(int draw)
        {
            PhiloxKey key = PhiloxKey.Create(seed, "null test", FormattableString.Invariant($"{name} {draw}"));
            if (mode == DecompositionMode.Mean && Side(dimension, ranks) >= LargeSide)
            {
                return MeanSpectrum.ValuesOf(RandomSubspaces.Draw<float>(dimension, ranks, key, algebra, cancellationToken), algebra, cancellationToken);
            }

            IReadOnlyList<Matrix<double>> bases = RandomSubspaces.Draw<double>(dimension, ranks, key, algebra, cancellationToken);
            if (mode == DecompositionMode.Mean)
            {
                return MeanSpectrum.ValuesOf(bases, algebra, cancellationToken); // values cost less than vectors
            }

            SharedSpectrum spectrum = SharedSpectra.Compute(mode, bases, algebra, cancellationToken);
            spectrum.Fallbacks.ToList().ForEach(algebra.Remember);
            return spectrum.Values;
        }
    }

    private static int Side(int dimension, IReadOnlyList<int> ranks) => Math.Min(dimension, ranks.Sum());

    private static int DrawsFor(int dimension, IReadOnlyList<int> ranks)
    {
        double total = ranks.Sum();
        double side = Math.Max(1, Side(dimension, ranks));
        return (int)Math.Clamp(AffordableOperations / (10 * side * side * total), FewestDraws, MostDraws);
    }
}
