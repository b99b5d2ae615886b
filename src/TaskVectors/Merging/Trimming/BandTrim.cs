using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>The trimming of breadcrumbs: a band of ranks below the largest magnitudes.</summary>
internal static class BandTrim
{
    private static readonly NumberParameter Gamma = new("gamma", "The fraction of the elements of each tensor, the largest in magnitude, that is left out; no more than 1 - density.")
    {
        Default = 0.01,
        Minimum = 0,
        Maximum = 1,
        IsPerModel = true,
    };

    private static readonly ChoiceParameter<BandVariant> Variant = new(
        "variant", "What the shares are taken of: mergekit takes them of each tensor, paper of each run along the last dimension of a tensor, as the authors' code does.", BandVariant.Mergekit);

    /// <summary>The parameters of both methods.</summary>
    public static IReadOnlyList<MergeParameter> Parameters { get; } =
        [SumParameters.Weight, TrimParameters.Density, Gamma, Variant, SumParameters.NormalizeOff, SumParameters.Lambda, TrimParameters.RescaleOff, SumParameters.Int8Mask];

    /// <summary>The trimming that the arguments ask for.</summary>
    public static Trim Create(MergeArguments arguments)
    {
        double[] densities = TrimParameters.PerModel(arguments, TrimParameters.Density);
        double[] gammas = TrimParameters.PerModel(arguments, Gamma);
        bool restoresSum = arguments.Get(TrimParameters.RescaleOff);
        if (arguments.Get(Variant) == BandVariant.Paper)
        {
            return new RowBandTrim(densities, gammas) { RestoresSum = restoresSum };
        }

        // What is kept goes before what is left out.
        return densities.All(density => density == 1)
            ? new NoTrimming()
            : new MagnitudeTrim((model, total) => Band(densities[model], gammas[model], total)) { RestoresSum = restoresSum };
    }

    private static (long Dropped, long Kept) Band(double density, double gamma, long total)
    {
        long kept = (long)(density * total);
        return (Math.Min((long)(gamma * total), total - kept), kept);
    }
}
