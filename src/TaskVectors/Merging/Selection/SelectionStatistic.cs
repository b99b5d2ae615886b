using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Selection;

/// <summary>Finds the end of the k largest magnitudes of several series of a tensor exactly; see <see cref="RankTarget"/>.</summary>
internal class SelectionStatistic : TensorStatistic
{
    // Tensors up to this size are listed whole.
    private const int SmallTensor = 16 * 1024;
    private const int SampleBlockElements = 1024;

    // The larger the sample, the fewer elements lie within the window it leaves: a sixty-fourth of the tensor, within limits.
    private const int SmallestSample = 32;
    private const int LargestSample = 254;
    private const int SampleShare = 64;

    // What is lent comes in powers of two: samples of all tensors use the same, with the blocks at the ends of chunks.
    private const int SampleRoom = (LargestSample + 2) * SampleBlockElements;

    private readonly RankTarget[] _targets;
    private readonly long _sampleStep;
    private readonly PooledList<long>[] _samples;
    private readonly int[] _samplers;
    private bool _isSampling;

    /// <param name="total">The number of elements.</param>
    /// <param name="targets">The series and ranks looked for.</param>
    /// <param name="keepsTies">Whether everything as large as the last lies within.</param>
    public SelectionStatistic(long total, IEnumerable<(int Series, long Rank)> targets, bool keepsTies = false)
    {
        _targets = [.. targets.Select(target => new RankTarget(target.Series, target.Rank, total, keepsTies))];
        foreach (RankTarget target in _targets)
        {
            target.Begin();
        }

        _isSampling = total > SmallTensor && _targets.Any(target => target.Phase != RankPhase.Done);
        _samples = [.. _targets.Select(_ => new PooledList<long>())];
        _samplers = [.. _targets.Select(target => Array.FindIndex(_targets, other => other.Series == target.Series && other.Phase != RankPhase.Done))];
        BeginPass();

        // Odd, so that the sample does not always fall on the same columns.
        long blocks = Math.Clamp(total / SampleBlockElements / SampleShare, SmallestSample, LargestSample);
        _sampleStep = Math.Max(1, ((total / SampleBlockElements) + blocks - 1) / blocks) | 1;
    }

    public override bool NeedsPass => _isSampling || _targets.Any(target => target.Phase != RankPhase.Done);

    /// <summary>The most memory taken to find some ranks.</summary>
    public static long BytesFor(long total, int targets) => targets * RankTarget.ListedBytes(total);

    /// <summary>The end of the k largest of a target, when no pass is needed any more.</summary>
    public MagnitudeCut Cut(int target) => _targets[target].Cut;

    public override bool Wants(long firstElement)
    {
        if (_isSampling)
        {
            return firstElement / SampleBlockElements % _sampleStep == 0;
        }

        return _targets.Any(target => target.Phase switch
        {
            RankPhase.Done => false,
            RankPhase.Locate => firstElement >= target.Tie.First && firstElement < target.Tie.End,
            _ => true,
        });
    }

    public override ChunkStatistic Begin() => _isSampling ? new Sample(this) : new Count(this);

    public override void Add(ChunkStatistic chunk)
    {
        if (chunk is Sample sample)
        {
            for (int target = 0; target < _targets.Length; target++)
            {
                if (sample.Patterns[target].Count > 0)
                {
                    _samples[target].Reserve(SampleRoom);
                    sample.Patterns[target].Items.CopyTo(_samples[target].Append(sample.Patterns[target].Count));
                }

                sample.Patterns[target].Clear();
            }
        }
        else if (chunk is Count count)
        {
            foreach ((RankTarget target, RankChunk part) in count.Parts)
            {
                target.Add(part);
            }
        }
    }

    public override void EndPass()
    {
        if (!_isSampling)
        {
            foreach (RankTarget target in _targets.Where(target => target.Phase != RankPhase.Done))
            {
                target.EndPass();
            }

            BeginPass();
            return;
        }

        _isSampling = false;
        for (int target = 0; target < _targets.Length; target++)
        {
            if (_targets[target].Phase != RankPhase.Done)
            {
                _targets[target].Choose(_samples[_samplers[target]].Items);
            }
        }

        for (int target = 0; target < _targets.Length; target++)
        {
            _targets[target].TakeRoom(_samples[target]);
        }

        BeginPass();
    }

    /// <summary>The values of a series in a block; by default those of a model.</summary>
    /// <param name="block">The block.</param>
    /// <param name="series">The index of the series.</param>
    /// <param name="buffer">Room for values that are computed, as long as the block.</param>
    protected virtual ReadOnlySpan<double> Values(MergeBlock block, int series, Span<double> buffer) => block[series];

    private void BeginPass()
    {
        foreach (RankTarget target in _targets.Where(target => !_isSampling && target.Phase != RankPhase.Done))
        {
            target.BeginPass();
        }
    }

    private sealed class Sample(SelectionStatistic owner) : ChunkStatistic
    {
        public PooledList<long>[] Patterns { get; } = [.. owner._targets.Select(_ => new PooledList<long>())];

        public override void Observe(MergeBlock block)
        {
            double[] buffer = new double[block.Count];
            ReadOnlySpan<double> values = [];
            for (int target = 0; target < Patterns.Length; target++)
            {
                if (owner._samplers[target] == target)
                {
                    values = owner.Values(block, owner._targets[target].Series, buffer);
                    Add(values, target);
                }
            }
        }

        internal override void Observe(MergeBlock<float> block)
        {
            for (int target = 0; target < Patterns.Length; target++)
            {
                if (owner._samplers[target] == target)
                {
                    Add<float>(block[owner._targets[target].Series], target);
                }
            }
        }

        private void Add<T>(ReadOnlySpan<T> values, int target)
            where T : unmanaged
        {
            Span<long> patterns = Patterns[target].Append(values.Length);
            for (int index = 0; index < values.Length; index++)
            {
                patterns[index] = MagnitudeCut.PatternOf(values[index]);
            }
        }
    }

    private sealed class Count(SelectionStatistic owner) : ChunkStatistic
    {
        private int[] _hits = [];
        private double[] _buffer = [];

        public IReadOnlyList<(RankTarget Target, RankChunk Part)> Parts { get; } =
            [.. owner._targets.Where(target => target.Phase != RankPhase.Done).Select(target => (target, new RankChunk(target)))];

        public override void Observe(MergeBlock block)
        {
            Grow(block.Count);
            _buffer = _buffer.Length < block.Count ? new double[block.Count] : _buffer;
            ReadOnlySpan<double> values = [];
            int known = -1;
            foreach ((RankTarget target, RankChunk part) in Parts)
            {
                values = target.Series == known ? values : owner.Values(block, target.Series, _buffer.AsSpan(0, block.Count));
                known = target.Series;
                part.Observe(values, block.Position, _hits);
            }
        }

        internal override void Observe(MergeBlock<float> block)
        {
            Grow(block.Count);
            foreach ((RankTarget target, RankChunk part) in Parts)
            {
                part.Observe<float>(block[target.Series], block.Position, _hits);
            }
        }

        private void Grow(int count) => _hits = _hits.Length < count ? new int[count] : _hits;
    }
}
