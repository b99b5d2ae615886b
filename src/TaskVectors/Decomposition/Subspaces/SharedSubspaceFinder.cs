using TaskVectors.Decomposition.NullTests;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>Finds what the spans of several orthonormal bases share.</summary>
internal sealed class SharedSubspaceFinder(ILinearAlgebraProvider provider, NullTest? nullTest, SpectralPrecision precision)
{
    /// <param name="bases">U_1 ... U_k, d x r_i each; a rank may be 0.</param>
    /// <param name="rule">The reading and the cut.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public SharedSubspace Find(IReadOnlyList<Matrix<double>> bases, SubspaceRule rule, CancellationToken cancellationToken) =>
        rule.IsPairwise && bases.Count > 2 ? FindPairwise(bases, rule, cancellationToken) : FindChain(bases, rule, cancellationToken);

    private SharedSubspace FindChain(IReadOnlyList<Matrix<double>> bases, SubspaceRule rule, CancellationToken cancellationToken)
    {
        SharedSpectrum spectrum = SharedSpectra.Compute(rule.Mode, bases, provider, cancellationToken, precision);
        NullSpectra? chance = nullTest?.Of(rule.Mode, bases[0].Rows, [.. bases.Select(basis => basis.Columns)], cancellationToken, rule.Cut);
        int above = spectrum.Values.TakeWhile(value => value > rule.Cut).Count();
        int kept =
            chance is null ? above : spectrum.Values.Take(above).TakeWhile((value, index) => value > chance.Percentile(index)).Count();
        kept = spectrum.Whole(kept);
        return new SharedSubspace
        {
            Basis = spectrum.Basis(kept),
            Mode = rule.Mode,
            Cut = rule.Cut,
            Eigenvalues = spectrum.Values,
            ChanceDimension = chance?.ChanceDimension(rule.Cut),
            PValues = chance is null ? [] : [.. spectrum.Values.Take(kept).Select((value, index) => chance.PValue(index, value))],
            DroppedByNullTest = above - kept,
            Fallbacks = [.. spectrum.Fallbacks, .. chance?.Fallbacks ?? []],
        };
    }

    private SharedSubspace FindPairwise(IReadOnlyList<Matrix<double>> bases, SubspaceRule rule, CancellationToken cancellationToken)
    {
        var pairs = new List<SharedSubspace>();
        for (int first = 0; first < bases.Count; first++)
        {
            for (int second = first + 1; second < bases.Count; second++)
            {
                pairs.Add(FindChain([bases[first], bases[second]], rule, cancellationToken));
            }
        }

        Matrix<double> all = SharedSpectra.Stack([.. pairs.Select(pair => pair.Basis)]);
        return new SharedSubspace
        {
            Basis = provider.OrthonormalBasis(all.View, cancellationToken: cancellationToken),
            Mode = rule.Mode,
            Cut = rule.Cut,
            Eigenvalues = [.. pairs.SelectMany(pair => pair.Eigenvalues).OrderDescending()],
            ChanceDimension = nullTest is null ? null : pairs.Sum(pair => pair.ChanceDimension),
            PValues = [.. pairs.SelectMany(pair => pair.PValues).Order()],
            DroppedByNullTest = pairs.Sum(pair => pair.DroppedByNullTest),
            Fallbacks = [.. pairs.SelectMany(pair => pair.Fallbacks)],
        };
    }
}
