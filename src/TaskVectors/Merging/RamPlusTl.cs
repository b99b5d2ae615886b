using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sharing;

namespace TaskVectors.Merging;

/// <summary>RAM with what only one model changes scaled up, by how much of the tensor that model shares with others.</summary>
internal sealed class RamPlusTl : IMergeMethod
{
    private static readonly NumberParameter Rate = new("r", "How strongly the ratio of shared to unique changes scales the unique ones.") { Default = 0.1, Minimum = 0 };

    private static readonly NumberParameter Limit = new("alpha", "The largest ratio that counts.") { Default = 0.2, Minimum = 0 };

    public string Name => "ramplus_tl";

    public string Summary => "As ram, with what only one model changes scaled up by how much of each tensor that model shares with others.";

    public string Formula => "tau = (sum over t in A of tau_t) / |A| where |A| > 1, l_t tau_t where A = {t}, 0 where A is empty; A = {t : |tau_t| > epsilon} element by element, l_t = 1 + r min(alpha, shared_t / unique_t), the elements of the tensor that t changes with others and alone";

    public string Source => "Yuan et al., \"Behavior Knowledge Merge in Reinforced Agentic Models\", arXiv 2601.13572, 2026; tensor by tensor as in mergekit";

    public IReadOnlyList<MergeParameter> Parameters => [Rate, Limit, SharingParameters.Epsilon];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments.Get(Rate), arguments.Get(Limit), arguments.Get(SharingParameters.Epsilon));

    private sealed class Kernel(double rate, double limit, double epsilon) : TwoPassKernel
    {
        public override TensorStatistic CreateStatistic(MergeTensor tensor, int models) => new SharingStatistic(models, epsilon, ScaleOf);

        internal override bool WorksInSingle => true;

        public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result) =>
            SharedMean.Merge(block.Values, epsilon, ((SharingStatistic)statistic).Scales, result);

        internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) =>
            SharedMean.Merge(block, epsilon, ((SharingStatistic)statistic!).Scales, result);

        // The other program divides by no less than epsilon, which decides only where a model changes nothing alone.
        private double ScaleOf(long shared, long unique) => 1 + (rate * Math.Min(limit, unique == 0 ? shared == 0 ? 0 : limit : (double)shared / unique));
    }
}
