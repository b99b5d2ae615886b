using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Products;

namespace TaskVectors.Merging;

/// <summary>Model Stock: the mean of fine-tunes, drawn towards the base by the angle between them.</summary>
internal sealed class ModelStock : IMergeMethod
{
    private const double SmallestProduct = 1e-6;

    private static readonly BooleanParameter FilterWise = new("filter_wise", "Whether each row (last axis) has a ratio of its own rather than each tensor.", false);

    private static readonly ChoiceParameter<ModelStockVariant> Variant = new(
        "variant", "How small differences count: mergekit divides by at least 1e-6 for the cosine, paper by the norms themselves.", ModelStockVariant.Mergekit);

    public string Name => "model_stock";

    public string Summary => "Averages task vectors and scales the average by how well they agree.";

    public string Formula => "tau = r (1/T) sum_t tau_t, r = T c / (1 + (T - 1) c), c the mean cosine of the pairs of task vectors";

    public string Source => "Jang et al., \"Model Stock: All we need is just a few fine-tuned models\", ECCV 2024, section 4";

    public int MinimumVectors => 2;

    public IReadOnlyList<MergeParameter> Parameters => [FilterWise, Variant];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        double smallest = arguments.Get(Variant) == ModelStockVariant.Mergekit ? SmallestProduct : double.Epsilon;
        return arguments.Get(FilterWise)
            ? new RowwiseKernel(products => Coefficients(products, smallest))
            : new TensorwiseKernel(products => Coefficients(products, smallest));
    }

    private static double[] Coefficients(InnerProducts products, double smallest)
    {
        int count = products.Count;
        double cosine = MeanCosine(products, smallest);
        double ratio = count * cosine / (1 + ((count - 1) * cosine));

        // Opposite vectors: the mean is zero and the ratio infinite, so the base stays.
        double share = double.IsInfinity(ratio) ? 0 : ratio / count;
        return [.. Enumerable.Repeat(share, count)];
    }

    private static double MeanCosine(InnerProducts products, double smallest)
    {
        double sum = 0;
        for (int first = 0; first < products.Count; first++)
        {
            for (int second = first + 1; second < products.Count; second++)
            {
                double norms = Math.Max(products.Norm(first) * products.Norm(second), smallest);
                sum += Math.Clamp(products[first, second] / norms, -1, 1);
            }
        }

        return sum / (products.Count * (products.Count - 1) / 2);
    }
}
