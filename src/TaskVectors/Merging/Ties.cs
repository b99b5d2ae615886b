using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>TIES-Merging: trim, elect signs, and merge what agrees.</summary>
internal sealed class Ties : IMergeMethod
{
    private static readonly ChoiceParameter<TiesVariant> Variant = new(
        "variant",
        "mergekit trims each tensor and weights votes; paper trims the vector as a whole, and each model has one vote; peft trims each tensor, with one vote.",
        TiesVariant.Mergekit);

    public string Name => "ties";

    public string Summary => "Keeps the largest changes of each task vector and adds those that agree with the elected sign.";

    public string Formula => "tau = lambda (sum over t in A of weight_t v_t) / (sum over t in A of weight_t), v_t the density n largest of tau_t in magnitude, A = {t : sign(weight_t v_t) = sign(sum_s weight_s v_s)}";

    public string Source => "Yadav et al., \"TIES-Merging: Resolving Interference When Merging Models\", NeurIPS 2023, algorithm 1";

    public IReadOnlyList<MergeParameter> Parameters =>
        [SumParameters.Weight, TrimParameters.Density, Variant, SumParameters.NormalizeOn, SumParameters.Lambda, TrimParameters.RescaleOff, SumParameters.Int8Mask];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        double[] weights = TrimParameters.PerModel(arguments, SumParameters.Weight);
        var disjoint = new DisjointSum(weights, arguments.Get(SumParameters.NormalizeOn), arguments.Get(SumParameters.Lambda));
        return arguments.Get(Variant) switch
        {
            TiesVariant.Paper => OverTheWholeVector(arguments, disjoint),
            TiesVariant.Peft => TrimOf(arguments, leastKept: 0).CreateKernel(disjoint),
            _ => TrimOf(arguments, leastKept: 1).CreateKernel(new VectorSum(this, arguments, elects: true, arguments.Get(SumParameters.NormalizeOn))),
        };
    }

    private WholeVectorTiesKernel OverTheWholeVector(MergeArguments arguments, DisjointSum sum) => arguments.Get(TrimParameters.RescaleOff)
        ? throw new MergeException(MergeError.InvalidValue, $"The variant paper of {Name} does not rescale; leave out rescale, or choose another variant.")
        : new WholeVectorTiesKernel(new WholeVectorTrim(TrimParameters.PerModel(arguments, TrimParameters.Density)), sum);

    private static Trim TrimOf(MergeArguments arguments, long leastKept)
    {
        double[] densities = TrimParameters.PerModel(arguments, TrimParameters.Density);
        return densities.All(density => density == 1)
            ? new NoTrimming()
            : new MagnitudeTrim((model, total) => (0, Kept(densities[model], total, leastKept))) { RestoresSum = arguments.Get(TrimParameters.RescaleOff) };
    }

    // In mergekit a density above zero keeps something of every tensor.
    private static long Kept(double density, long total, long least) => density == 0 ? 0 : Math.Max(least, (long)(density * total));
}
