using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>DARE with the sign election of TIES.</summary>
/// <param name="draws">What draws the elements that are kept.</param>
internal sealed class DareTies(IKeepDraws draws) : IMergeMethod
{
    public DareTies()
        : this(new KeyedDraws())
    {
    }

    public string Name => "dare_ties";

    public string Summary => "As dare_linear, adding what agrees with the elected sign.";

    public string Formula => "tau = lambda sum over t in A of weight_t v_t, v_t = r_t (m_t * tau_t), m_t independent Bernoulli(density), r_t as in dare_linear, A = {t : sign(weight_t v_t) = sign(sum_s weight_s v_s)}";

    public string Source => "Yu et al., \"Language Models are Super Mario: Absorbing Abilities from Homologous Models as a Free Lunch\", ICML 2024"
        + "; Yadav et al., \"TIES-Merging: Resolving Interference When Merging Models\", NeurIPS 2023";

    public IReadOnlyList<MergeParameter> Parameters => DareParameters.All;

    public MergeKernel CreateKernel(MergeArguments arguments) =>
        DareParameters.TrimOf(arguments, draws).CreateKernel(new VectorSum(this, arguments, elects: true, arguments.Get(SumParameters.NormalizeOff)));
}
