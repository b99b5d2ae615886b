using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Masks;

/// <summary>The vector of one task in EMR: the unified vector where it has the task's sign, rescaled to the task's sum of magnitudes.</summary>
internal sealed class MaskedTaskKernel(int task, RescalerVariant variant) : SurveyKernel
{
    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) => 0;

    public override TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models) => new Statistic(task, variant);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        ElectedMaximum.Merge(block, result);
        ElectedMaximum.Mask(block[task], result);
        BlockMath.Scale(result, ((Statistic)statistic).Rescaler, result);
    }

    private sealed class Statistic(int task, RescalerVariant variant) : TensorStatistic
    {
        private double _own;
        private double _masked;
        private bool _isDone;

        public override bool NeedsPass => !_isDone;

        /// <summary>lambda_t; 1 where nothing is left of the task.</summary>
        public double Rescaler => _masked > 0 ? _own / _masked : 1;

        public override ChunkStatistic Begin() => new Magnitudes(task);

        public override void Add(ChunkStatistic chunk)
        {
            var magnitudes = (Magnitudes)chunk;
            double divisor = variant == RescalerVariant.Authors ? magnitudes.TensorCount : 1;
            _own += magnitudes.Own / divisor;
            _masked += magnitudes.Masked / divisor;
        }

        public override void EndPass() => _isDone = true;
    }

    private sealed class Magnitudes(int task) : ChunkStatistic
    {
        private double[] _unified = [];

        public double Own { get; private set; }

        public double Masked { get; private set; }

        public double TensorCount { get; private set; } = 1;

        public override void Observe(MergeBlock block)
        {
            _unified = _unified.Length < block.Count ? new double[block.Count] : _unified;
            Span<double> unified = _unified.AsSpan(0, block.Count);
            ElectedMaximum.Merge(block, unified);
            ElectedMaximum.Mask(block[task], unified);
            Own += BlockMath.AbsoluteSum(block[task]);
            Masked += BlockMath.AbsoluteSum(unified);
            TensorCount = block.Tensor.Shape.ElementCount;
        }
    }
}
