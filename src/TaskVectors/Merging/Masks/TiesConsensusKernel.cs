using System.Buffers;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging.Masks;

/// <summary>Masks over the sum that TIES makes.</summary>
internal sealed class TiesConsensusKernel(TallMask mask, WholeVectorTiesKernel ties) : SurveyKernel
{
    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) => ties.SurveyBytes(tensors, models);

    public override TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models) => ties.CreateStatistic(tensors, models);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        // Trimming overwrites what the masks look at.
        double[] whole = ArrayPool<double>.Shared.Rent(block.ModelCount * block.Count);
        for (int model = 0; model < block.ModelCount; model++)
        {
            block[model].CopyTo(whole.AsSpan(model * block.Count));
        }

        ties.Merge(block, statistic, result);
        for (int model = 0; model < block.ModelCount; model++)
        {
            whole.AsSpan(model * block.Count, block.Count).CopyTo(block[model]);
        }

        ArrayPool<double>.Shared.Return(whole);
        mask.Apply(block.Values, result);
    }
}
