using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Sharing;

/// <summary>
/// What SCE must know of a tensor: how many elements have a variance, where the largest variances end, and the energy of what they keep. One pass over the
/// tensor finds all, after a sample; where the sample misleads, or many variances are equal, more passes do.
/// </summary>
internal sealed class SceStatistic : TensorStatistic
{
    private const double SmallestEnergy = 1e-6;

    private readonly long _total;
    private readonly double _fraction;
    private readonly bool _isAlikeWhereSmall;
    private readonly double[] _energies;
    private VarianceWindow? _window;
    private VarianceSelection? _selection;
    private double[]? _weights;

    public SceStatistic(MergeTensor tensor, int models, double fraction, bool isAlikeWhereSmall)
    {
        _total = tensor.Shape.ElementCount;
        _fraction = fraction;
        _isAlikeWhereSmall = isAlikeWhereSmall;
        _energies = new double[models];
        _window = fraction < 1 ? new VarianceWindow(_total, models, fraction) : null;
    }

    public override bool NeedsPass => _weights is null;

    /// <summary>The weights of the models.</summary>
    public double[] Weights => _weights!;

    /// <summary>The end of the variances that are kept.</summary>
    public MagnitudeCut Cut { get; private set; } = MagnitudeCut.All;

    public override bool Wants(long firstElement) => _window?.Wants(firstElement) ?? _selection?.Wants(firstElement) ?? true;

    public override ChunkStatistic Begin() => _window?.Begin() ?? _selection?.Begin() ?? new Energies(this);

    public override void Add(ChunkStatistic chunk)
    {
        if (_window is not null)
        {
            _window.Add(chunk);
        }
        else if (_selection is not null)
        {
            _selection.Add(chunk);
        }
        else
        {
            AddEnergies(((Energies)chunk).Values);
        }
    }

    public override void EndPass()
    {
        if (_window is { IsSampling: true })
        {
            _window.EndSample();
        }
        else if (_window is not null)
        {
            EndWindow(_window);
        }
        else if (_selection is not null)
        {
            _selection.EndPass();
            TakeSelection();
        }
        else
        {
            _weights = WeightsOf(_energies);
        }
    }

    private void EndWindow(VarianceWindow window)
    {
        _window = null;
        long selected = SelectedOf(window.Varying);
        if (window.Decide(selected) is { } cut)
        {
            Cut = cut;
            AddEnergies(window.Energies);
            _weights = WeightsOf(_energies);
            return;
        }

        _selection = new VarianceSelection(_total, selected);
        TakeSelection();
    }

    // The energies are left to one more pass.
    private void TakeSelection()
    {
        if (!_selection!.NeedsPass)
        {
            Cut = _selection.Cut(0);
            _selection = null;
        }
    }

    private void AddEnergies(ReadOnlySpan<double> energies)
    {
        for (int model = 0; model < _energies.Length; model++)
        {
            _energies[model] += energies[model];
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

    private sealed class Energies(SceStatistic owner) : ChunkStatistic
    {
        public double[] Values { get; } = new double[owner._energies.Length];

        public override void Observe(MergeBlock block)
        {
            VarianceSelection.KeepWithin(block, owner.Cut);
            for (int model = 0; model < Values.Length; model++)
            {
                Values[model] += BlockMath.Dot(block[model], block[model]);
            }
        }
    }
}
