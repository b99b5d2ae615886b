using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>Trims task vectors by what is known of the whole tensor, and adds them.</summary>
internal sealed class TrimmedSumKernel(Trim trim, IVectorSum sum) : TwoPassKernel
{
    public override bool NeedsRows => trim.NeedsRows;

    public override long StatisticBytes(MergeTensor tensor, int models) =>
        trim.SelectionBytes(tensor, models) + (trim.IsCostly && trim.RestoresSum ? KeptElements.BytesFor(tensor, models) : 0);

    internal override bool MergesRows(MergeTensor tensor) => NeedsRows && !TrimStatistic.Remembers(trim, tensor);

    public override TensorStatistic CreateStatistic(MergeTensor tensor, int models) => new TrimStatistic(trim, tensor, models);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        var known = (TrimStatistic)statistic;
        for (int model = 0; model < block.ModelCount; model++)
        {
            known.Apply(block, model);
            double scale = known.Scale(model);
            if (scale != 1)
            {
                BlockMath.Scale(block[model], scale, block[model]);
            }
        }

        sum.Merge(block, result);
    }
}
