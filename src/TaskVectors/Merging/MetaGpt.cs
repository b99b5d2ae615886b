using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Products;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>MetaGPT: task arithmetic whose coefficients follow from the norms of the task vectors.</summary>
internal sealed class MetaGpt : IMergeMethod
{
    public string Name => "metagpt";

    public string Summary => "Adds task vectors, each weighted by its share of the squared norms: coefficients without data or search.";

    public string Formula => "tau = lambda sum_t w_t tau_t, w_t = |tau_t|^2 / sum_s |tau_s|^2, norms over the whole vectors";

    public string Source => "Zhou et al., \"MetaGPT: Merging Large Language Models Using Model Exclusive Task Arithmetic\", EMNLP 2024";

    public IReadOnlyList<MergeParameter> Parameters => [SumParameters.Lambda];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        double scale = arguments.Get(SumParameters.Lambda);
        return new WholeVectorKernel(products => Coefficients(products, scale));
    }

    private static double[] Coefficients(InnerProducts products, double scale)
    {
        double[] squares = [.. Enumerable.Range(0, products.Count).Select(vector => products[vector, vector])];
        double total = squares.Sum();
        return total > 0 ? Array.ConvertAll(squares, square => scale * square / total) : squares;
    }
}
