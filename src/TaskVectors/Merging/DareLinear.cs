using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>DARE: drop at random and rescale, then add.</summary>
/// <param name="draws">What draws the elements that are kept.</param>
internal sealed class DareLinear(IKeepDraws draws) : IMergeMethod
{
    public DareLinear()
        : this(new KeyedDraws())
    {
    }

    public string Name => "dare_linear";

    public string Summary => "Drops elements of each task vector at random, rescales what is left, and adds.";

    public string Formula => "tau = lambda sum_t weight_t r_t (m_t * tau_t), m_t independent Bernoulli(density), r_t = |tau_t|_1 / |m_t * tau_t|_1, or 1/density in the variant paper";

    public string Source => "Yu et al., \"Language Models are Super Mario: Absorbing Abilities from Homologous Models as a Free Lunch\", ICML 2024";

    public IReadOnlyList<MergeParameter> Parameters => DareParameters.All;

    public MergeKernel CreateKernel(MergeArguments arguments) =>
        DareParameters.TrimOf(arguments, draws).CreateKernel(new VectorSum(this, arguments, elects: false, arguments.Get(SumParameters.NormalizeOff)));
}
