using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging.Masks;

/// <summary>Masks over the sum that TIES makes.</summary>
internal sealed class TiesConsensusKernel(TallMask mask, WholeVectorTiesKernel ties) : SurveyKernel
{
    internal override bool WorksInSingle => true;

    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) => ties.SurveyBytes(tensors, models);

    public override TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models) => ties.CreateStatistic(tensors, models);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        ties.Merge(block.Values, statistic, result);
        mask.Apply(block.Values, result);
    }

    internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result)
    {
        ties.Merge(block, statistic!, result);
        mask.Apply(block, result);
    }

    internal override void MergeExactly(MergeBlock<float> merged, ReadOnlySpan<int> places, MergeBlock<double> exact, TensorStatistic? statistic, Span<double> result)
    {
        ties.MergeExactly(merged, places, exact, statistic, result);

        // What the masks clear adds nothing, so that nothing cancels there.
        BlockMath.Scale(result, mask.Scale, result);
    }
}
