using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Tensors;

namespace TaskVectors.Merging;

/// <summary>NearSwap: takes from the second model what lies near the first.</summary>
internal sealed class NearSwap : IMergeMethod
{
    private static readonly NumberParameter Distance = new("t", "The distance up to which an element of the second model replaces that of the first.") { Minimum = 0 };

    public string Name => "nearswap";

    public string Summary => "Moves every element of the first model towards the second, by no more than t.";

    public string Formula => "theta = theta_0 + m (theta_1 - theta_0), m = min(1, t / |theta_1 - theta_0|) element by element";

    public string Source => "alchemonaut, model card of QuartetAnemoi-70B-t0.0001, 2024; there is no paper";

    public int MinimumVectors => 2;

    public int? MaximumVectors => 2;

    public BaseRole Base => BaseRole.First;

    public IReadOnlyList<MergeParameter> Parameters => [Distance];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments.Get(Distance));

    private sealed class Kernel(double distance) : StreamingKernel
    {
        internal override bool WorksInSingle => true;

        public override void Merge(MergeBlock block, Span<double> result) => NearSteps.Merge(block[0], block[1], distance, result);

        internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => NearSteps.Merge(block[0], block[1], (float)distance, result);

        internal override bool TryMergePair(DType dtype, LinearBlock block, int first, int second, Span<byte> destination, out EditStatistics statistics) =>
            TensorConverter.TryCombine(dtype, block, first, second, new NearStep((float)distance), destination, out statistics);
    }
}
