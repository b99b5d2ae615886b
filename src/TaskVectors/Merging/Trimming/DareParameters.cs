using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>The parameters of DARE, and the trimming they ask for.</summary>
internal static class DareParameters
{
    private static readonly BooleanParameter Rescale = new("rescale", "Whether what is kept is scaled up for what is dropped.", true);

    private static readonly ChoiceParameter<DareRescale> Variant = new(
        "variant", "How it is scaled: mergekit restores the sum of magnitudes of each tensor, paper divides by the density.", DareRescale.Mergekit);

    private static readonly ChoiceParameter<DropStrategy> Drop = new(
        "drop", "Which elements are dropped: random ones, or the smallest magnitudes of each tensor, to compare with.", DropStrategy.Random);

    /// <summary>The parameters of both methods.</summary>
    public static IReadOnlyList<MergeParameter> All { get; } =
        [SumParameters.Weight, TrimParameters.KeepProbability, Drop, Rescale, Variant, SumParameters.NormalizeOff, SumParameters.Lambda, SumParameters.Int8Mask];

    /// <summary>The trimming that the arguments ask for.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="draws">What draws the elements, where they are random.</param>
    public static Trim TrimOf(MergeArguments arguments, IKeepDraws draws)
    {
        double[] densities = TrimParameters.PerModel(arguments, TrimParameters.KeepProbability);
        if (densities.All(density => density == 1))
        {
            return new NoTrimming();
        }

        bool rescales = arguments.Get(Rescale);
        bool divides = arguments.Get(Variant) == DareRescale.Paper;
        if (arguments.Get(Drop) == DropStrategy.Magnitude)
        {
            return new MagnitudeTrim((model, total) => (0, total - (long)(total * (1 - densities[model]))))
            {
                Factors = rescales && divides ? [.. densities.Select(density => density > 0 ? 1 / density : 1)] : null,
                RestoresSum = rescales && !divides,
            };
        }

        return new RandomDrop(densities, rescales && divides, draws) { RestoresSum = rescales && !divides };
    }
}
