using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>The pruning of DELLA without an election.</summary>
internal sealed class DellaLinear : IMergeMethod
{
    public string Name => "della_linear";

    public string Summary => "As della, adding whatever is kept.";

    public string Formula => "tau = lambda sum_t weight_t v_t, v_t = s_t (m_t * tau_t), m_t independent Bernoulli(density - epsilon + 2 epsilon r / (n - 1)), r the rank in the row of n, 0 for the smallest; s_t = |tau_t|_1 / |m_t * tau_t|_1, or one over the probability in the variant paper";

    public string Source => "Deep et al., \"DELLA-Merging: Reducing Interference in Model Merging through Magnitude-Based Sampling\", arXiv 2406.11617, 2024";

    public IReadOnlyList<MergeParameter> Parameters { get; } = DellaParameters.With(SumParameters.NormalizeOff);

    public MergeKernel CreateKernel(MergeArguments arguments) =>
        DellaParameters.TrimOf(this, arguments).CreateKernel(new VectorSum(this, arguments, elects: false, arguments.Get(SumParameters.NormalizeOff)));
}
