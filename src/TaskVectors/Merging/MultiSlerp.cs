using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Products;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>
/// Spherical interpolation of any number of models: their mean direction, with their mean norm. The source adds a step in the tangent space there, along
/// the sum of the directions' projections, which is zero.
/// </summary>
internal sealed class MultiSlerp : IMergeMethod
{
    private static readonly NumberParameter Weight = new("weight", "The share of the model.") { IsPerModel = true };

    private static readonly BooleanParameter Normalize = new("normalize_weights", "Whether weights are divided by their sum.", true);

    private static readonly NumberParameter Smallest = new("eps", "What norms are increased by before dividing, and the norm at which directions count as cancelling out.") { Default = 1e-8, Minimum = 0 };

    public string Name => "multislerp";

    public string Summary => "Interpolates any number of models or task vectors on the sphere of their directions, by their weights.";

    public string Formula => "v = (sum_i w_i |v_i|) m / |m|, m = sum_i w_i v_i / (|v_i| + eps), w_i = weight_i / sum_j weight_j; v_i = theta_i, or tau_i with a base";

    public string Source => "Goddard, \"Multi-SLERP: Wow, What a Cool Idea\", goddard.blog, 2025; there is no paper";

    public BaseRole Base => BaseRole.OptionalOrigin;

    public IReadOnlyList<MergeParameter> Parameters => [Weight, Normalize, Smallest];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        double[] weights = [.. Enumerable.Range(0, arguments.VectorCount).Select(model => arguments.Get(Weight, model))];
        double sum = arguments.Get(Normalize) ? VectorSum.Divisor(this, weights) : 1;
        double[] shares = [.. weights.Select(weight => weight / sum)];
        double smallest = arguments.Get(Smallest);
        return new TensorwiseKernel(products => Coefficients(products, shares, smallest));
    }

    private static double[] Coefficients(InnerProducts products, double[] weights, double smallest)
    {
        int count = products.Count;
        if (count == 1)
        {
            return [1];
        }

        double[] lengths = [.. Enumerable.Range(0, count).Select(model => products.Norm(model) + smallest)];
        double[] mean = [.. weights.Zip(lengths, (weight, length) => weight / length)];
        double meanNorm = products.NormOf(mean);
        if (meanNorm < smallest)
        {
            return weights;
        }

        double norm = 0;
        for (int model = 0; model < count; model++)
        {
            norm += weights[model] * products.Norm(model);
        }

        return [.. mean.Select(share => norm * share / meanNorm)];
    }
}
