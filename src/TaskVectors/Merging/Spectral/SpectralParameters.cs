using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging.Spectral;

/// <summary>The parameters that several spectral methods share.</summary>
internal static class SpectralParameters
{
    public static MergeParameter<double> Alpha { get; } = new NumberParameter("alpha", "Scales the merged task vector, in all tensors alike.") { Default = 1 };

    public static MergeParameter<ImmutableArray<NamePattern>> Exclude { get; } = new PatternsParameter(
        "exclude", "Matrices that are not decomposed but averaged over the task vectors.", "*text_projection*");

    public static MergeParameter<ImmutableArray<NamePattern>> ExcludeFromSum { get; } = new PatternsParameter(
        "exclude", "Matrices that are not decomposed but added as they are.", "*text_projection*");

    public static MergeParameter<SpectralPrecision> Precision { get; } = new ChoiceParameter<SpectralPrecision>(
        "precision",
        "How singular vectors are found: fast takes those of dense task vectors from Gram matrices and works in F32, within 1e-3 of exact; exact decomposes in F64.",
        SpectralPrecision.Fast);

    public static MergeParameter<RankCap> Cap { get; } = new ChoiceParameter<RankCap>(
        "rank_cap",
        "How many singular directions low-rank task vectors have: adapter counts no more than an adapter's factors have and none that is rounding error; none follows the formula into the null space.",
        RankCap.Adapter);
}
