using System.Buffers;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Sharing;

/// <summary>
/// Finds in one pass where the largest variances end, though how many are wanted is known only when all have been seen: a sample says in which window the
/// last of them lies, what is above is counted, what is within is listed together with the values of the models. So the energy of what is kept is
/// known at the end of the same pass.
/// </summary>
internal sealed class VarianceWindow
{
    // Tensors up to this size are listed whole.
    private const int SmallTensor = 16 * 1024;
    private const int SampleBlockElements = 1024;
    private const int SmallestSample = 32;
    private const int LargestSample = 256;
    private const int SampleShare = 64;

    private const double Deviations = 4;
    private const double LeastMargin = 16;

    private const int SmallestListed = 64 * 1024;
    private const int LargestListed = 1 << 18;
    private const int HeldAtOnce = 3;

    private readonly int _models;
    private readonly long _total;
    private readonly double _fraction;
    private readonly long _sampleStep;
    private readonly PooledList<long> _sample = new();
    private readonly PooledList<(long Pattern, long Index)> _listed = new();
    private readonly PooledList<double> _values = new();
    private readonly double[] _energies;
    private long _low = 1;
    private long _high = long.MaxValue;
    private long _above;
    private int _expected;
    private bool _isOverflowing;

    /// <param name="total">The number of elements.</param>
    /// <param name="models">The number of models.</param>
    /// <param name="fraction">The share of the elements with a variance that is kept.</param>
    public VarianceWindow(long total, int models, double fraction)
    {
        _models = models;
        _total = total;
        _fraction = fraction;
        _energies = new double[models];
        IsSampling = total > SmallTensor;

        // Odd, so that the sample does not always fall on the same columns.
        long blocks = Math.Clamp(total / SampleBlockElements / SampleShare, SmallestSample, LargestSample);
        _sampleStep = Math.Max(1, total / SampleBlockElements / blocks) | 1;
    }

    /// <summary>Whether the pass takes a sample; the one after it sees all.</summary>
    public bool IsSampling { get; private set; }

    /// <summary>The number of elements with a variance.</summary>
    public long Varying { get; private set; }

    /// <summary>The sum of squares of each model over what is kept, once that is decided.</summary>
    public ReadOnlySpan<double> Energies => _energies;

    // Every sampled block, and those at the ends of chunks that are cut short.
    private int SampleCapacity => checked((int)(((_total / SampleBlockElements / _sampleStep) + 2) * SampleBlockElements));

    /// <summary>The most memory taken.</summary>
    public static long BytesFor(long total, int models) => HeldAtOnce * Capacity(total) * ((2 * sizeof(long)) + ((long)models * sizeof(double)));

    /// <summary>Whether the pass observes the block that starts at an element.</summary>
    public bool Wants(long firstElement) => !IsSampling || firstElement / SampleBlockElements % _sampleStep == 0;

    /// <summary>Begins a chunk.</summary>
    public ChunkStatistic Begin() => IsSampling ? new Sample() : new Chunk(_low, _high, _models, !_isOverflowing);

    /// <summary>Adds a chunk; in their order.</summary>
    public void Add(ChunkStatistic chunk)
    {
        if (chunk is Sample sample)
        {
            _sample.Reserve(sample.Patterns.Count == 0 ? 0 : SampleCapacity);
            sample.Patterns.Items.CopyTo(_sample.Append(sample.Patterns.Count));
            sample.Patterns.Clear();
            return;
        }

        var found = (Chunk)chunk;
        Varying += found.Varying;
        _above += found.Above;
        for (int model = 0; model < _models; model++)
        {
            _energies[model] += found.Energies[model];
        }

        _isOverflowing |= _listed.Count + found.Listed.Count > Capacity(_total);
        if (!_isOverflowing && found.Listed.Count > 0)
        {
            _listed.Reserve(_expected);
            _values.Reserve(_expected * _models);
            found.Listed.Items.CopyTo(_listed.Append(found.Listed.Count));
            found.Values.Items.CopyTo(_values.Append(found.Values.Count));
        }

        found.Clear();
    }

    /// <summary>Chooses the window by the sample.</summary>
    public void EndSample()
    {
        IsSampling = false;
        Span<long> sample = _sample.Items;
        int count = sample.Length;
        if (count > 0)
        {
            double varying = (double)(count - sample.Count(0L)) / count;
            double share = _fraction * varying;
            double margin = (Deviations * Math.Sqrt(count) * (Math.Sqrt(share * (1 - share)) + (_fraction * Math.Sqrt(varying * (1 - varying))))) + LeastMargin;
            long first = (long)Math.Floor((count * share) - margin);
            long last = (long)Math.Ceiling((count * share) + margin);
            _high = first < 1 ? long.MaxValue : QuickSelect.Largest(sample, first);
            _expected = (int)Math.Min(Capacity(_total), (last - first) / (double)count * _total * 1.1);
            _low = last > count ? 1 : Math.Max(1, QuickSelect.Largest(sample, last));
        }

        _sample.Clear();
    }

    /// <summary>The end of the largest variances after the pass over all; <see langword="null"/> where it lies outside of the window, or too many lie within.</summary>
    /// <param name="rank">How many are kept, no more than <see cref="Varying"/>.</param>
    public MagnitudeCut? Decide(long rank)
    {
        MagnitudeCut? cut = rank == 0 && _above == 0 ? MagnitudeCut.None
            : !_isOverflowing && rank > _above && rank <= _above + _listed.Count ? CutOf(rank - _above)
            : null;
        if (cut is { } found)
        {
            AddEnergies(found);
        }

        _listed.Clear();
        _values.Clear();
        return cut;
    }

    private static long Capacity(long total) => Math.Min(LargestListed, SmallestListed + (total / 16));

    private MagnitudeCut CutOf(long remaining)
    {
        Span<(long Pattern, long Index)> listed = _listed.Items;
        long[] rented = ArrayPool<long>.Shared.Rent(listed.Length);
        Span<long> patterns = rented.AsSpan(0, listed.Length);
        for (int index = 0; index < patterns.Length; index++)
        {
            patterns[index] = listed[index].Pattern;
        }

        long pattern = QuickSelect.Largest(patterns, remaining);
        ArrayPool<long>.Shared.Return(rented);
        long kept = remaining;
        foreach ((long candidate, _) in listed)
        {
            kept -= candidate > pattern ? 1 : 0;
        }

        long end = 0;
        foreach ((long candidate, long index) in listed)
        {
            if (candidate == pattern && kept > 0)
            {
                kept--;
                end = index + 1;
            }
        }

        return new MagnitudeCut(pattern, end);
    }

    private void AddEnergies(MagnitudeCut cut)
    {
        ReadOnlySpan<double> values = _values.Items;
        foreach ((long pattern, long index) in _listed.Items)
        {
            for (int model = 0; cut.Contains(pattern, index) && model < _models; model++)
            {
                _energies[model] = Math.FusedMultiplyAdd(values[model], values[model], _energies[model]);
            }

            values = values[_models..];
        }
    }

    private sealed class Sample : ChunkStatistic
    {
        private double[] _variances = [];

        public PooledList<long> Patterns { get; } = new();

        public override void Observe(MergeBlock block)
        {
            _variances = _variances.Length < block.Count ? new double[block.Count] : _variances;
            Span<double> variances = _variances.AsSpan(0, block.Count);
            _ = Variances.Find(block, variances);
            Span<long> patterns = Patterns.Append(block.Count);
            for (int index = 0; index < patterns.Length; index++)
            {
                patterns[index] = MagnitudeCut.PatternOf(variances[index]);
            }
        }
    }

    private sealed class Chunk(long low, long high, int models, bool lists) : ChunkStatistic
    {
        private double[] _variances = [];
        private int[] _hits = [];
        private long _above;

        public double[] Energies { get; } = new double[models];

        public long Varying { get; private set; }

        public long Above => _above;

        public PooledList<(long Pattern, long Index)> Listed { get; } = new();

        public PooledList<double> Values { get; } = new();

        public override void Observe(MergeBlock block)
        {
            if (_variances.Length < block.Count)
            {
                (_variances, _hits) = (new double[block.Count], new int[block.Count]);
            }

            Span<double> variances = _variances.AsSpan(0, block.Count);
            Varying += Variances.Find(block, variances);
            long above = _above;
            int count = MagnitudeScan.Find<double>(variances, low, high, _hits, ref _above);
            for (int model = 0; _above > above && model < models; model++)
            {
                Energies[model] += Variances.SquaresAbove(block[model], variances, high);
            }

            if (lists)
            {
                List(block, variances, _hits.AsSpan(0, count));
            }
        }

        public void Clear()
        {
            Listed.Clear();
            Values.Clear();
        }

        private void List(MergeBlock block, ReadOnlySpan<double> variances, ReadOnlySpan<int> hits)
        {
            foreach (int hit in hits)
            {
                Listed.Add((MagnitudeCut.PatternOf(variances[hit]), block.First + hit));
                Span<double> values = Values.Append(models);
                for (int model = 0; model < models; model++)
                {
                    values[model] = block[model][hit];
                }
            }
        }
    }
}
