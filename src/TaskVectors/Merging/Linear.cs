using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>The weighted average of models.</summary>
internal sealed class Linear : IMergeMethod
{
    private static readonly NumberParameter Weight = new("weight", "The coefficient of the model.") { IsPerModel = true };

    private static readonly BooleanParameter Normalize = new("normalize", "Whether the sum is divided by the sum of the weights.", true);

    public string Name => "linear";

    public string Summary => "Averages models element by element, each with its weight.";

    public string Formula => "theta = (sum_i weight_i theta_i) / (sum_i weight_i), without the division where normalize is false";

    public string Source => "Wortsman et al., \"Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing inference time\", ICML 2022";

    public BaseRole Base => BaseRole.Unused;

    public IReadOnlyList<MergeParameter> Parameters => [Weight, Normalize];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        double[] weights = [.. Enumerable.Range(0, arguments.VectorCount).Select(model => arguments.Get(Weight, model))];
        double divisor = arguments.Get(Normalize) ? VectorSum.Divisor(this, weights) : 1;
        return new WeightedSumKernel([.. weights.Select(weight => weight / divisor)]);
    }
}
