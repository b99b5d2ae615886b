using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>TIES-Merging: trim, elect signs, and merge what agrees.</summary>
internal sealed class Ties : IMergeMethod
{
    public string Name => "ties";

    public string Summary => "Keeps the largest changes of each task vector and adds those that agree with the elected sign.";

    public string Formula => "tau = lambda (sum over t in A of weight_t v_t) / (sum over t in A of weight_t), v_t the density n largest of tau_t in magnitude, A = {t : sign(weight_t v_t) = sign(sum_s weight_s v_s)}";

    public string Source => "Yadav et al., \"TIES-Merging: Resolving Interference When Merging Models\", NeurIPS 2023, algorithm 1";

    public IReadOnlyList<MergeParameter> Parameters =>
        [SumParameters.Weight, TrimParameters.Density, SumParameters.NormalizeOn, SumParameters.Lambda, TrimParameters.RescaleOff, SumParameters.Int8Mask];

    public MergeKernel CreateKernel(MergeArguments arguments) =>
        TrimOf(arguments).CreateKernel(new VectorSum(this, arguments, elects: true, arguments.Get(SumParameters.NormalizeOn)));

    private static Trim TrimOf(MergeArguments arguments)
    {
        double[] densities = TrimParameters.PerModel(arguments, TrimParameters.Density);
        return densities.All(density => density == 1)
            ? new NoTrimming()
            : new MagnitudeTrim((model, total) => (0, Kept(densities[model], total))) { RestoresSum = arguments.Get(TrimParameters.RescaleOff) };
    }

    // A density above zero keeps something of every tensor.
    private static long Kept(double density, long total) => density == 0 ? 0 : Math.Max(1, (long)(density * total));
}
