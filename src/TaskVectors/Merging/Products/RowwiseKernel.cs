using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Products;

/// <summary>Adds the models with coefficients that follow from their norms and angles, each run of elements along the last axis taken as a vector.</summary>
/// <param name="coefficientsOf">Gives a coefficient for each model.</param>
internal sealed class RowwiseKernel(Func<InnerProducts, double[]> coefficientsOf) : StreamingKernel
{
    public override bool NeedsRows => true;

    public override void Merge(MergeBlock block, Span<double> result)
    {
        int length = block.Tensor.Shape.Rank == 0 ? 1 : (int)block.Tensor.Shape[block.Tensor.Shape.Rank - 1];
        var products = new InnerProducts(block.ModelCount);
        for (int start = 0; start < block.Count; start += length)
        {
            MergeBlock row = block.Slice(start, length);
            products.Clear();
            products.Observe(row.Values);
            BlockMath.WeightedSum(row, coefficientsOf(products), result.Slice(start, length));
        }
    }
}
