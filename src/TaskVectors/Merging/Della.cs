using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>DELLA: drop at random by rank, elect signs, and merge what agrees.</summary>
internal sealed class Della : IMergeMethod
{
    public string Name => "della";

    public string Summary => "Drops elements of each task vector at random, small ones more readily than large ones, and adds what agrees with the elected sign.";

    public string Formula => "tau = lambda (sum over t in A of weight_t v_t) / (sum over t in A of weight_t), v_t = s_t (m_t * tau_t), m_t independent Bernoulli(density - epsilon + 2 epsilon r / (n - 1)), r the rank in the row of n, 0 for the smallest; A = {t : sign(weight_t v_t) = sign(sum_s weight_s v_s)}; s_t = |tau_t|_1 / |m_t * tau_t|_1, or one over the probability in the variant paper";

    public string Source => "Deep et al., \"DELLA-Merging: Reducing Interference in Model Merging through Magnitude-Based Sampling\", arXiv 2406.11617, 2024";

    public IReadOnlyList<MergeParameter> Parameters { get; } = DellaParameters.With(SumParameters.NormalizeOn);

    public MergeKernel CreateKernel(MergeArguments arguments) =>
        DellaParameters.TrimOf(this, arguments).CreateKernel(new VectorSum(this, arguments, elects: true, arguments.Get(SumParameters.NormalizeOn)));
}
