using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Statistics;

/// <summary>Fisher merging with the information of each model divided by its norm over all tensors, which is found first.</summary>
internal sealed class NormalizedFisherKernel(FisherMean mean) : SurveyKernel
{
    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) => mean.Models * sizeof(double);

    public override TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models) => new Statistic(mean.Models);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result) => mean.Merge(block, ((Statistic)statistic).Scales, result);

    private sealed class Statistic(int models) : TensorStatistic
    {
        private readonly double[] _squares = new double[models];
        private double[]? _scales;

        public override bool NeedsPass => _scales is null;

        /// <summary>What the information of each model is multiplied by; 1 where it is zero throughout.</summary>
        public double[] Scales => _scales!;

        public override ChunkStatistic Begin() => new Chunk(models);

        public override void Add(ChunkStatistic chunk)
        {
            for (int model = 0; model < models; model++)
            {
                _squares[model] += ((Chunk)chunk).Squares[model];
            }
        }

        public override void EndPass() => _scales = [.. _squares.Select(square => square > 0 ? 1 / Math.Sqrt(square) : 1)];
    }

    private sealed class Chunk(int models) : ChunkStatistic
    {
        public double[] Squares { get; } = new double[models];

        public override void Observe(MergeBlock block)
        {
            for (int model = 0; model < models; model++)
            {
                Squares[model] += BlockMath.Dot(block[models + model], block[models + model]);
            }
        }
    }
}
