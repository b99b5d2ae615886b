using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>Trims and adds task vectors without knowing the whole tensor.</summary>
internal sealed class StreamedTrimKernel(Trim trim, IVectorSum sum) : StreamingKernel
{
    public override bool NeedsRows => trim.NeedsRows;

    internal override double[]? Coefficients(TensorStatistic? statistic) => trim.KeepsAll ? sum.Coefficients : null;

    public override void Merge(MergeBlock block, Span<double> result)
    {
        for (int model = 0; model < block.ModelCount; model++)
        {
            trim.Apply(block, model, selection: null);
        }

        sum.Merge(block, result);
    }
}
