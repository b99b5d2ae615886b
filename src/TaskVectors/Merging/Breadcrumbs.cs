using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>Model breadcrumbs: sparse masks that leave out the largest and the smallest changes.</summary>
internal sealed class Breadcrumbs : IMergeMethod
{
    public string Name => "breadcrumbs";

    public string Summary => "Keeps the middle of each task vector: neither its largest changes nor its smallest.";

    public string Formula => "tau = lambda sum_t weight_t v_t, v_t the density n changes of tau_t that follow the gamma n largest in magnitude";

    public string Source => "Davari and Belilovsky, \"Model Breadcrumbs: Scaling Multi-Task Model Merging with Sparse Masks\", ECCV 2024";

    public IReadOnlyList<MergeParameter> Parameters => BandTrim.Parameters;

    public MergeKernel CreateKernel(MergeArguments arguments) =>
        BandTrim.Create(arguments).CreateKernel(new VectorSum(this, arguments, elects: false, arguments.Get(SumParameters.NormalizeOff)));
}
