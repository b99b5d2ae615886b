using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Masks;

/// <summary>The vector of one task in EMR: the unified vector where it has the task's sign, rescaled to the task's sum of magnitudes.</summary>
internal sealed class MaskedTaskKernel(int task, RescalerVariant variant) : SurveyKernel
{
    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) => 0;

    public override TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models) => new Statistic(task, variant);

    internal override bool WorksInSingle => true;

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result) => Merge(block.Values, (Statistic)statistic, result);

    internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => Merge(block, (Statistic)statistic!, result);

    private void Merge<T>(MergeBlock<T> block, Statistic known, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElectedMaximum.Merge(block, result);
        ElectedMaximum.Mask(block[task], result);
        BlockMath.Scale(result, T.CreateTruncating(known.Rescaler), result);
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
        private double[] _doubles = [];
        private float[] _singles = [];

        public double Own { get; private set; }

        public double Masked { get; private set; }

        public double TensorCount { get; private set; } = 1;

        public override void Observe(MergeBlock block) => Observe(block.Values, ref _doubles);

        internal override void Observe(MergeBlock<float> block) => Observe(block, ref _singles);

        private void Observe<T>(MergeBlock<T> block, ref T[] room)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            room = room.Length < block.Count ? new T[block.Count] : room;
            Span<T> unified = room.AsSpan(0, block.Count);
            ElectedMaximum.Merge(block, unified);
            ElectedMaximum.Mask(block[task], unified);
            Own += BlockMath.AbsoluteSum<T>(block[task]);
            Masked += BlockMath.AbsoluteSum<T>(unified);
            TensorCount = block.Tensor.Shape.ElementCount;
        }
    }
}
