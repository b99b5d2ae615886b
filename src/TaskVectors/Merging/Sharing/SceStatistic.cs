using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Sharing;

/// <summary>What SCE must know of a tensor: how many elements have a variance, where the largest variances end, and the energy of what they keep.</summary>
internal sealed class SceStatistic : TensorStatistic
{
    private const double SmallestEnergy = 1e-6;

    private readonly long _total;
    private readonly double _fraction;
    private readonly bool _isAlikeWhereSmall;
    private readonly double[] _energies;
    private bool _isCounting;
    private long _varying;
    private VarianceSelection? _selection;
    private double[]? _weights;

    public SceStatistic(MergeTensor tensor, int models, double fraction, bool isAlikeWhereSmall)
    {
        _total = tensor.Shape.ElementCount;
        _fraction = fraction;
        _isAlikeWhereSmall = isAlikeWhereSmall;
        _energies = new double[models];
        _isCounting = fraction < 1;
    }

    public override bool NeedsPass => _weights is null;

    /// <summary>The weights of the models.</summary>
    public double[] Weights => _weights!;

    private bool IsSelecting => _selection is { NeedsPass: true };

    /// <summary>Sets to zero what is not selected.</summary>
    public void Select(MergeBlock block)
    {
        if (_selection is not null)
        {
            VarianceSelection.KeepWithin(block, _selection.Cut(0));
        }
    }

    public override bool Wants(long firstElement) => _isCounting || !IsSelecting || _selection!.Wants(firstElement);

    public override ChunkStatistic Begin() => _isCounting ? new VarianceCount() : IsSelecting ? _selection!.Begin() : new Energies(this);

    public override void Add(ChunkStatistic chunk)
    {
        switch (chunk)
        {
            case VarianceCount count:
                _varying += count.Varying;
                break;
            case Energies energies:
                for (int model = 0; model < _energies.Length; model++)
                {
                    _energies[model] += energies.Values[model];
                }

                break;
            default:
                _selection!.Add(chunk);
                break;
        }
    }

    public override void EndPass()
    {
        if (_isCounting)
        {
            _isCounting = false;
            _selection = new VarianceSelection(_total, SelectedOf(_varying));
        }
        else if (IsSelecting)
        {
            _selection!.EndPass();
        }
        else
        {
            _weights = WeightsOf(_energies);
        }
    }

    // The count of the other program is a product in single precision.
    private long SelectedOf(long varying) => Math.Min(varying, _isAlikeWhereSmall ? (long)((float)varying * (float)_fraction) : (long)(varying * _fraction));

    private double[] WeightsOf(double[] energies)
    {
        double sum = energies.Sum();
        bool isSmall = _isAlikeWhereSmall ? sum / _total < SmallestEnergy : sum == 0;
        return [.. energies.Select(energy => isSmall ? 1.0 / energies.Length : energy / sum)];
    }

    private sealed class VarianceCount : ChunkStatistic
    {
        private double[] _variances = [];

        public long Varying { get; private set; }

        public override void Observe(MergeBlock block)
        {
            _variances = _variances.Length < block.Count ? new double[block.Count] : _variances;
            VarianceSelection.Find(block, _variances.AsSpan(0, block.Count));
            Varying += block.Count - _variances.AsSpan(0, block.Count).Count(0.0);
        }
    }

    private sealed class Energies(SceStatistic owner) : ChunkStatistic
    {
        public double[] Values { get; } = new double[owner._energies.Length];

        public override void Observe(MergeBlock block)
        {
            owner.Select(block);
            for (int model = 0; model < Values.Length; model++)
            {
                Values[model] += BlockMath.Dot(block[model], block[model]);
            }
        }
    }
}
