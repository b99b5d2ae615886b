using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>TIES over whole vectors: thresholds, then the sign that most elements elect, which decides where a sum is zero, then the merge.</summary>
internal sealed class WholeVectorTiesKernel(WholeVectorTrim trim, DisjointSum sum) : SurveyKernel
{
    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) => trim.SelectionBytes(Total(tensors));

    public override TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models) => new Statistic(trim, Total(tensors));

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        var known = (Statistic)statistic;
        WholeVectorTrim.Apply(block, known.Selection);
        sum.Merge(block.Values, known.Majority > 0, result);
    }

    private sealed class Statistic(WholeVectorTrim trim, long total) : TensorStatistic
    {
        private bool _isCounted;

        public SelectionStatistic Selection { get; } = trim.CreateSelection(total);

        /// <summary>How many more elements elect the positive sign than the negative.</summary>
        public long Majority { get; private set; }

        public override bool NeedsPass => Selection.NeedsPass || !_isCounted;

        public override bool Wants(long firstElement) => !Selection.NeedsPass || Selection.Wants(firstElement);

        public override ChunkStatistic Begin() => Selection.NeedsPass ? Selection.Begin() : new Signs(Selection);

        public override void Add(ChunkStatistic chunk)
        {
            if (chunk is Signs signs)
            {
                Majority += signs.Count;
            }
            else
            {
                Selection.Add(chunk);
            }
        }

        public override void EndPass()
        {
            if (Selection.NeedsPass)
            {
                Selection.EndPass();
            }
            else
            {
                _isCounted = true;
            }
        }
    }

    private sealed class Signs(SelectionStatistic selection) : ChunkStatistic
    {
        private double[] _sums = [];

        public long Count { get; private set; }

        public override void Observe(MergeBlock block)
        {
            _sums = _sums.Length < block.Count ? new double[block.Count] : _sums;
            WholeVectorTrim.Apply(block, selection);
            Count += DisjointSum.CountSigns(block.Values, _sums.AsSpan(0, block.Count));
        }
    }
}
