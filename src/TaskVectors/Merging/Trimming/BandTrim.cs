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

    /// <summary>The parameters of both methods.</summary>
    public static IReadOnlyList<MergeParameter> Parameters { get; } =
        [SumParameters.Weight, TrimParameters.Density, Gamma, SumParameters.NormalizeOff, SumParameters.Lambda, TrimParameters.RescaleOff, SumParameters.Int8Mask];

    /// <summary>The trimming that the arguments ask for.</summary>
    public static Trim Create(MergeArguments arguments)
    {
        double[] densities = TrimParameters.PerModel(arguments, TrimParameters.Density);
        double[] gammas = TrimParameters.PerModel(arguments, Gamma);
        return new MagnitudeTrim((model, total) => Band(densities[model], gammas[model], total)) { RestoresSum = arguments.Get(TrimParameters.RescaleOff) };
    }

    private static (long Dropped, long Kept) Band(double density, double gamma, long total)
    {
        long kept = (long)(density * total);
        return (Math.Min((long)(gamma * total), total - kept), kept);
    }
}
