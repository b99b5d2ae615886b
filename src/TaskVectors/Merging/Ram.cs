using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sharing;

namespace TaskVectors.Merging;

/// <summary>Reinforced Agent Merging: averages what several models changed and keeps what only one did.</summary>
internal sealed class Ram : IMergeMethod
{
    public string Name => "ram";

    public string Summary => "Averages each element over the task vectors that change it, so that what only one changes is kept whole.";

    public string Formula => "tau = (sum over t in A of tau_t) / |A|, A = {t : |tau_t| > epsilon} element by element; 0 where A is empty";

    public string Source => "Yuan et al., \"Behavior Knowledge Merge in Reinforced Agentic Models\", arXiv 2601.13572, 2026";

    public IReadOnlyList<MergeParameter> Parameters => [SharingParameters.Epsilon];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments.Get(SharingParameters.Epsilon));

    private sealed class Kernel(double epsilon) : StreamingKernel
    {
        internal override bool WorksInSingle => true;

        public override void Merge(MergeBlock block, Span<double> result) => SharedMean.Merge(block.Values, epsilon, [], result);

        internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => SharedMean.Merge(block, epsilon, [], result);
    }
}
