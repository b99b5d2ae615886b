using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>The parameters of DELLA, and the trimming they ask for.</summary>
internal static class DellaParameters
{
    private static readonly NumberParameter Density = new("density", "The mean probability that an element is kept.")
    {
        Default = 1,
        Minimum = 0,
        Maximum = 1,
        IsPerModel = true,
    };

    private static readonly NumberParameter Epsilon = new(
        "epsilon", "How far the probability of the smallest element of a row lies below the density, and that of the largest above.")
    {
        Default = 0.15,
        Minimum = 0,
        Maximum = 0.5,
        IsPerModel = true,
    };

    private static readonly BooleanParameter Rescale = new("rescale", "Whether what is kept is scaled up for what is dropped.", true);

    private static readonly ChoiceParameter<DareRescale> Variant = new(
        "variant", "How it is scaled: mergekit restores the sum of magnitudes of each tensor, paper divides each element by its probability.", DareRescale.Mergekit);

    /// <summary>The parameters of both methods, with their own default for normalize.</summary>
    public static IReadOnlyList<MergeParameter> With(MergeParameter<bool> normalize) =>
        [SumParameters.Weight, Density, Epsilon, Rescale, Variant, normalize, SumParameters.Lambda, SumParameters.Int8Mask];

    /// <summary>The trimming that the arguments ask for.</summary>
    /// <exception cref="MergeException">A probability would lie outside of (0, 1).</exception>
    public static Trim TrimOf(IMergeMethod method, MergeArguments arguments)
    {
        double[] densities = TrimParameters.PerModel(arguments, Density);
        double[] epsilons = TrimParameters.PerModel(arguments, Epsilon);
        RequireProbabilities(method, densities, epsilons);
        if (densities.All(density => density == 1))
        {
            return new NoTrimming();
        }

        bool rescales = arguments.Get(Rescale);
        bool divides = arguments.Get(Variant) == DareRescale.Paper;
        return new RankedDrop([.. densities.Zip(epsilons, (density, epsilon) => new RankedSampling(density, epsilon, rescales && divides))]) { RestoresSum = rescales && !divides };
    }

    private static void RequireProbabilities(IMergeMethod method, double[] densities, double[] epsilons)
    {
        for (int model = 0; model < densities.Length; model++)
        {
            (double density, double epsilon) = (densities[model], epsilons[model]);
            if (density is > 0 and < 1 && (density - epsilon <= 0 || density + epsilon >= 1))
            {
                throw new MergeException(
                    MergeError.InvalidValue,
                    FormattableString.Invariant($"The method {method.Name} keeps elements of model {model + 1} with probabilities from density - epsilon = {density - epsilon:0.###} to density + epsilon = {density + epsilon:0.###}; both must lie between 0 and 1. Choose an epsilon below {Math.Min(density, 1 - density):0.###}."));
            }
        }
    }
}
