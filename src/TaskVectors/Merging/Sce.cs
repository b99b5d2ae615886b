using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sharing;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>SCE: select by variance, weight by energy, erase what disagrees.</summary>
internal sealed class Sce : IMergeMethod
{
    private static readonly NumberParameter Selected = new(
        "select_topk", "The fraction of the elements at which the models differ that is kept: those with the largest variance.")
    {
        Default = 1,
        Minimum = 0,
        Maximum = 1,
    };

    private static readonly ChoiceParameter<SceVariant> Variant = new(
        "variant", "What small differences weigh: mergekit gives all models the same weight where the mean squares sum to less than 1e-6, paper only where they are zero.", SceVariant.Mergekit);

    public string Name => "sce";

    public string Summary => "Keeps where task vectors differ most, weights each tensor by its mean square, and adds what agrees with the elected sign.";

    public string Formula => "tau = (sum over t in A of w_t v_t) / (sum over t in A of w_t), v_t = tau_t where the variance over the models is among the select_topk largest, else 0; w_t = |v_t|^2 / sum_s |v_s|^2 for each tensor; A = {t : sign(v_t) = sign(sum_s v_s)}";

    public string Source => "Wan et al., \"FuseChat: Knowledge Fusion of Chat Models\", arXiv 2408.07990, 2024";

    public IReadOnlyList<MergeParameter> Parameters => [Selected, Variant, SumParameters.Int8Mask];

    public string? Caution(MergeArguments arguments) => arguments.Get(Variant) == SceVariant.Paper
        ? null
        : "The method sce gives all models the same weight in tensors where the mean squares of the task vectors sum to less than 1e-6, as those of most fine-tunes do; set variant: paper to weigh them by energy there too.";

    public MergeKernel CreateKernel(MergeArguments arguments) => new SceKernel(arguments.Get(Selected), arguments.Get(Variant) == SceVariant.Mergekit);
}
