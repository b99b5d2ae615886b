using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>TIES over whole vectors: thresholds, then the sign that most elements elect, which decides where a sum is zero, then the merge.</summary>
internal sealed class WholeVectorTiesKernel(WholeVectorTrim trim, DisjointSum sum) : SurveyKernel
{
    internal override bool WorksInSingle => true;

    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) => trim.SelectionBytes(Total(tensors));

    public override TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models) => new Statistic(trim, Total(tensors));

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result) => Merge(block.Values, statistic, result);

    internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => Merge<float>(block, statistic!, result);

    internal override void MergeExactly(MergeBlock<float> merged, ReadOnlySpan<int> places, MergeBlock<double> exact, TensorStatistic? statistic, Span<double> result)
    {
        var known = (Statistic)statistic!;
        for (int model = 0; model < exact.ModelCount; model++)
        {
            for (int index = 0; index < places.Length; index++)
            {
                exact[model][index] = MagnitudeCut.PatternOf(merged[model][places[index]]) > known.Bounds[model] ? exact[model][index] : 0;
            }
        }

        sum.Merge(exact, [], known.Majority > 0, result);
    }

    /// <summary>Merges a block and leaves it as it is.</summary>
    public void Merge<T>(MergeBlock<T> block, TensorStatistic statistic, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var known = (Statistic)statistic;
        sum.Merge(block, known.Bounds, known.Majority > 0, result);
    }

    private sealed class Statistic(WholeVectorTrim trim, long total) : TensorStatistic
    {
        private readonly SelectionStatistic _selection = trim.CreateSelection(total);
        private long[]? _bounds;
        private bool _isCounted;

        /// <summary>For each model the largest pattern of what takes no part.</summary>
        public long[] Bounds => _bounds ??= trim.Bounds(_selection);

        /// <summary>How many more elements elect the positive sign than the negative.</summary>
        public long Majority { get; private set; }

        public override bool NeedsPass => _selection.NeedsPass || !_isCounted;

        public override bool Wants(long firstElement) => !_selection.NeedsPass || _selection.Wants(firstElement);

        public override ChunkStatistic Begin() => _selection.NeedsPass ? _selection.Begin() : new Signs(Bounds);

        public override void Add(ChunkStatistic chunk)
        {
            if (chunk is Signs signs)
            {
                Majority += signs.Count;
            }
            else
            {
                _selection.Add(chunk);
            }
        }

        public override void EndPass()
        {
            if (_selection.NeedsPass)
            {
                _selection.EndPass();
            }
            else
            {
                _isCounted = true;
            }
        }
    }

    private sealed class Signs(long[] bounds) : ChunkStatistic
    {
        public long Count { get; private set; }

        public override void Observe(MergeBlock block) => Count += DisjointSum.CountSigns(block.Values, bounds);

        internal override void Observe(MergeBlock<float> block) => Count += DisjointSum.CountSigns(block, bounds);
    }
}
