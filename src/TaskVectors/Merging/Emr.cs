using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Masks;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging;

/// <summary>EMR: elect a unified vector; mask and rescale it for each task.</summary>
internal sealed class Emr : IMergeMethod
{
    private static readonly ChoiceParameter<RescalerVariant> Variant = new(
        "variant", "How the rescaler of a task is found: paper divides sums over the whole vector, authors sums of the means of each tensor, as the authors' code does.", RescalerVariant.Paper);

    public string Name => "emr";

    public string Summary => "Elects one unified vector, from which a mask and a factor give each task its own.";

    public string Formula => "tau = s max {|tau_t| : sign(tau_t) = s}, s = sign(sum_t tau_t); lambda_t m_t tau for one task, m_t = [tau_t tau > 0], lambda_t = |tau_t|_1 / |m_t tau|_1";

    public string Source => "Huang et al., \"EMR-Merging: Tuning-Free High-Performance Model Merging\", NeurIPS 2024";

    public MergeParameter<int> TaskParameter => TaskChoice.Parameter;

    public bool MasksTasks => true;

    public IReadOnlyList<MergeParameter> Parameters => [TaskChoice.Parameter, Variant];

    public MergeKernel CreateKernel(MergeArguments arguments) => TaskChoice.Of(this, arguments) is { } task
        ? new MaskedTaskKernel(task, arguments.Get(Variant))
        : new UnifiedKernel();
}
