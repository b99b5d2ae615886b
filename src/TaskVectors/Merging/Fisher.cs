using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Statistics;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>Fisher merging: every element is averaged with the Fisher information of each model as its weight.</summary>
internal sealed class Fisher : IMergeMethod
{
    private static readonly StatisticsParameter Statistics = new(StatisticsKind.Fisher, "The Fisher information of the model.") { IsPerModel = true };

    private static readonly NumberParameter Weight = new("weight", "The importance of the model, which its Fisher information is multiplied by.") { Default = 1, Minimum = 0, IsPerModel = true };

    private static readonly BooleanParameter UnitNorm = new("unit_norm", "Whether the Fisher information of each model is first divided by its norm over all tensors.", false);

    private static readonly NumberParameter Epsilon = new("epsilon", "The least that the Fisher information of an element counts; where that of all models is below, the result is the weighted mean.")
    {
        Default = 1e-10,
        Minimum = 0,
    };

    public string Name => "fisher";

    public string Summary => "Averages models element by element, each weighted by its Fisher information: by how much its predictions depend on the element.";

    public string Formula => "theta = (sum_i weight_i f_i theta_i) / (sum_i weight_i f_i), f_i = max(F_i, epsilon), or max(F_i / |F_i|_2, epsilon) with unit_norm; F_i = mean_x E_y (d log p(y|x) / d theta_i)^2";

    public string Source => "Matena and Raffel, \"Merging Models with Fisher-Weighted Averaging\", NeurIPS 2022, arXiv 2111.09832";

    public BaseRole Base => BaseRole.Unused;

    public IReadOnlyList<MergeParameter> Parameters => [Statistics, Weight, UnitNorm, Epsilon];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        double[] weights = [.. Enumerable.Range(0, arguments.VectorCount).Select(model => arguments.Get(Weight, model))];
        double divisor = VectorSum.Divisor(this, weights);
        var mean = new FisherMean([.. weights.Select(weight => weight / divisor)], arguments.Get(Epsilon));
        return arguments.Get(UnitNorm) ? new NormalizedFisherKernel(mean) : new FisherKernel(mean);
    }
}
