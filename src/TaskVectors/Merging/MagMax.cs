using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>MagMax: the largest change wins, element by element.</summary>
internal sealed class MagMax : IMergeMethod
{
    public string Name => "magmax";

    public string Summary => "Takes for every element the change of largest magnitude.";

    public string Formula => "tau = lambda tau_s, s = argmax_t |tau_t| for each element; of equal magnitudes the last";

    public string Source => "Marczak et al., \"MagMax: Leveraging Model Merging for Seamless Continual Learning\", ECCV 2024";

    public IReadOnlyList<MergeParameter> Parameters => [SumParameters.Lambda];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments.Get(SumParameters.Lambda));

    private sealed class Kernel(double scale) : StreamingKernel
    {
        internal override bool WorksInSingle => true;

        public override void Merge(MergeBlock block, Span<double> result) => Merge(block.Values, result);

        internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => Merge(block, result);

        private void Merge<T>(MergeBlock<T> block, Span<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            LargestChange.Find(block, result);
            if (scale != 1)
            {
                BlockMath.Scale(result, T.CreateTruncating(scale), result);
            }
        }
    }
}
