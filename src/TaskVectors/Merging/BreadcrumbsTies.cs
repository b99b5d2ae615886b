using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>Breadcrumbs with the sign election of TIES.</summary>
internal sealed class BreadcrumbsTies : IMergeMethod
{
    public string Name => "breadcrumbs_ties";

    public string Summary => "As breadcrumbs, adding what agrees with the elected sign.";

    public string Formula => "tau = lambda sum over t in A of weight_t v_t, v_t the density n changes of tau_t that follow the gamma n largest in magnitude, A = {t : sign(weight_t v_t) = sign(sum_s weight_s v_s)}";

    public string Source => "Davari and Belilovsky, \"Model Breadcrumbs: Scaling Multi-Task Model Merging with Sparse Masks\", ECCV 2024"
        + "; Yadav et al., \"TIES-Merging: Resolving Interference When Merging Models\", NeurIPS 2023";

    public IReadOnlyList<MergeParameter> Parameters => BandTrim.Parameters;

    public MergeKernel CreateKernel(MergeArguments arguments) =>
        BandTrim.Create(arguments).CreateKernel(new VectorSum(this, arguments, elects: true, arguments.Get(SumParameters.NormalizeOff)));
}
