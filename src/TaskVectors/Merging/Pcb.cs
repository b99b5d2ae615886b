using TaskVectors.Merging.Competition;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>PCB-Merging: changes compete within their task and between tasks.</summary>
internal sealed class Pcb : IMergeMethod
{
    private static readonly NumberParameter Ratio = new("ratio", "The share of the elements of each whole task vector that takes part, those of the highest scores.")
    {
        Default = 0.1,
        Minimum = 0,
        Maximum = 1,
        IsMinimumExcluded = true,
    };

    private static readonly NumberParameter Clamp = new("clamp", "The share of the magnitudes of each whole task vector that is clamped, at either end.") { Default = 0.0001, Minimum = 0, Maximum = 0.5 };

    private static readonly ChoiceParameter<PcbVariant> Variant = new("variant", "What a change is multiplied with between tasks: the sum of the changes as they are, or of changes normalized to magnitudes from 0 to 1.", PcbVariant.Raw);

    public string Name => "pcb";

    public string Summary => "Averages task vectors, each element weighted by how it fares in a competition within and between tasks.";

    public string Formula => "tau = lambda (sum_t weight_t s_t c_t) / (sum_t s_t), c_t = tau_t with clamped magnitudes, s_t the ratio d highest of exp(T n(c_t)^2) tanh(tau_t sum_s tau_s), brought to 0 to 1, n(c) = |c| brought to 0 to 1";

    public string Source => "Du et al., \"Parameter Competition Balancing for Model Merging\", NeurIPS 2024";

    public IReadOnlyList<MergeParameter> Parameters => [SumParameters.Weight, Ratio, Clamp, Variant, SumParameters.Lambda];

    public MergeKernel CreateKernel(MergeArguments arguments) => new PcbKernel(
        TrimParameters.PerModel(arguments, SumParameters.Weight), arguments.Get(Ratio), arguments.Get(Clamp), arguments.Get(Variant), arguments.Get(SumParameters.Lambda));
}
