using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>Trims and adds task vectors without knowing the whole tensor.</summary>
internal sealed class StreamedTrimKernel(Trim trim, IVectorSum sum) : StreamingKernel
{
    public override bool NeedsRows => trim.NeedsRows;

    internal override double[]? Coefficients(TensorStatistic? statistic) => trim.KeepsAll ? sum.Coefficients : null;

    internal override bool WorksInSingle => trim.WorksInSingle;

    public override void Merge(MergeBlock block, Span<double> result) => Merge(block.Values, result);

    internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => Merge(block, result);

    internal override void MergeExactly(MergeBlock<float> merged, ReadOnlySpan<int> places, MergeBlock<double> exact, TensorStatistic? statistic, Span<double> result)
    {
        for (int model = 0; model < exact.ModelCount; model++)
        {
            trim.ApplyAgain(merged, places, exact, model, 1);
        }

        sum.Merge(exact, result);
    }

    private void Merge<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int model = 0; model < block.ModelCount; model++)
        {
            trim.Apply(block, model, selection: null);
        }

        sum.Merge(block, result);
    }
}
