using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>Trims task vectors by what is known of the whole tensor, and adds them.</summary>
internal sealed class TrimmedSumKernel(Trim trim, IVectorSum sum) : TwoPassKernel
{
    public override bool NeedsRows => trim.NeedsRows;

    public override long StatisticBytes(MergeTensor tensor, int models) =>
        trim.SelectionBytes(tensor, models) + (trim.RemembersKept ? KeptElements.BytesFor(tensor, models) : 0);

    internal override bool MergesRows(MergeTensor tensor) => NeedsRows && !TrimStatistic.Remembers(trim, tensor);

    public override TensorStatistic CreateStatistic(MergeTensor tensor, int models) => new TrimStatistic(trim, tensor, models);

    internal override bool WorksInSingle => trim.WorksInSingle;

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result) => Merge(block.Values, (TrimStatistic)statistic, result);

    internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => Merge(block, (TrimStatistic)statistic!, result);

    internal override void MergeExactly(MergeBlock<float> merged, ReadOnlySpan<int> places, MergeBlock<double> exact, TensorStatistic? statistic, Span<double> result)
    {
        for (int model = 0; model < exact.ModelCount; model++)
        {
            trim.ApplyAgain(merged, places, exact, model, ((TrimStatistic)statistic!).Scale(model));
        }

        sum.Merge(exact, result);
    }

    private void Merge<T>(MergeBlock<T> block, TrimStatistic known, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int model = 0; model < block.ModelCount; model++)
        {
            known.Apply(block, model);
        }

        sum.Merge(block, result);
    }
}
