namespace TaskVectors.Merging.Fusion;

/// <summary>Takes the second model's value where its importance reaches the threshold of the tensor.</summary>
internal sealed class FusionKernel : TwoPassKernel
{
    public override bool NeedsRows => true;

    public override long StatisticBytes(MergeTensor tensor, int models) => FusionStatistic.BytesFor(tensor);

    public override TensorStatistic CreateStatistic(MergeTensor tensor, int models) => new FusionStatistic(tensor);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        var known = (FusionStatistic)statistic;
        known.Importance.Find(block, result);
        for (int index = 0; index < block.Count; index++)
        {
            result[index] = result[index] >= known.Threshold ? block[1][index] : block[0][index];
        }
    }
}
