using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Masks;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>Consensus merging: what matters to several tasks; and TALL masks, what matters to one.</summary>
internal sealed class Consensus : IMergeMethod
{
    private static readonly NumberParameter MaskLambda = new("mask_lambda", "How much larger than the change of the other tasks, lambda |tau - tau_t|, a task's own must be for the element to matter to it.")
    {
        Default = 0.4,
        Minimum = 0,
        IsPerModel = true,
    };

    private static readonly IntegerParameter Agreement = new("agreement", "How many tasks an element must matter to; 0 keeps everything.") { Default = 2 };

    private static readonly ChoiceParameter<MultiTaskVector> Vector = new("vector", "What is masked: the sum of the task vectors, or the sum that ties makes of them.", MultiTaskVector.Sum);

    private static readonly NumberParameter Density = new("density", "The share of each whole task vector that ties keeps.") { Default = 0.2, Minimum = 0, Maximum = 1 };

    public string Name => "consensus";

    public string Summary => "Adds task vectors and keeps what matters to several tasks.";

    public string Formula => "tau = lambda [sum_t m_t >= agreement] s, s = sum_t tau_t, m_t = [|tau_t| > mask_lambda_t |s - tau_t|]; m_t s for one task";

    public string Source => "Wang et al., \"Localizing Task Information for Improved Model Merging and Compression\", ICML 2024";

    public MergeParameter<int> TaskParameter => TaskChoice.Parameter;

    public IReadOnlyList<MergeParameter> Parameters => [MaskLambda, Agreement, Vector, Density, SumParameters.Lambda, TaskChoice.Parameter];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        var mask = new TallMask(TrimParameters.PerModel(arguments, MaskLambda), arguments.Get(Agreement), TaskChoice.Of(this, arguments), arguments.Get(SumParameters.Lambda));
        return arguments.Get(Vector) == MultiTaskVector.Sum ? new ConsensusKernel(mask, arguments.VectorCount) : new TiesConsensusKernel(mask, Ties(arguments));
    }

    private static WholeVectorTiesKernel Ties(MergeArguments arguments)
    {
        double[] densities = [.. Enumerable.Repeat(arguments.Get(Density), arguments.VectorCount)];
        double[] weights = [.. Enumerable.Repeat(1.0, arguments.VectorCount)];
        return new WholeVectorTiesKernel(new WholeVectorTrim(densities), new DisjointSum(weights, averages: false, scale: 1));
    }
}
