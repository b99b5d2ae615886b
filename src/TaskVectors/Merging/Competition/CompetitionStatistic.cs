using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Competition;

/// <summary>What PCB must know of whole task vectors: the magnitudes to clamp to, and then which scores count.</summary>
/// <param name="total">The number of elements.</param>
/// <param name="tasks">The number of tasks.</param>
/// <param name="ratio">The share of the elements whose scores count.</param>
/// <param name="clamp">The share of the magnitudes that is clamped at either end.</param>
/// <param name="variant">What a change competes with.</param>
internal sealed class CompetitionStatistic(long total, int tasks, double ratio, double clamp, PcbVariant variant) : TensorStatistic
{
    private readonly long _rank = total - Math.Min((long)(total * (1 - ratio)), total - 1);
    private SelectionStatistic? _magnitudes = Magnitudes(total, tasks, clamp);
    private ScoreWindow? _window;
    private ScoreSelection? _positive;
    private ScoreSelection? _negative;
    private ParameterCompetition? _competition;

    /// <summary>The competition between the clamped vectors.</summary>
    public ParameterCompetition Competition => _competition!;

    public override bool NeedsPass => Current is not null;

    private TensorStatistic? Current
    {
        get
        {
            Advance();
            return _magnitudes ?? (_window!.NeedsPass ? _window : _positive is { NeedsPass: true } ? _positive : _negative is { NeedsPass: true } ? (TensorStatistic)_negative : null);
        }
    }

    public override bool Wants(long firstElement) => Current!.Wants(firstElement);

    public override ChunkStatistic Begin() => Current!.Begin();

    public override void Add(ChunkStatistic chunk) => Current!.Add(chunk);

    public override void EndPass() => Current!.EndPass();

    /// <summary>
    /// What scores of a task are brought from to 0 to 1, which gives its share in an element: the score of the rank, and the largest. Scores up to the first have
    /// no share.
    /// </summary>
    public (double Lowest, double Largest) ScoresOf(int task)
    {
        if (_window!.IsDecided)
        {
            return (_window.Threshold(task), _window.Largest(task));
        }

        double lowest = _positive!.Threshold(task) is > 0 and var positive ? positive : _negative?.Threshold(task) ?? 0;
        double largest = _positive.Largest(task) is > 0 and var top ? top : _negative?.Largest(task) ?? 0;
        return (lowest, largest);
    }

    private static SelectionStatistic Magnitudes(long total, int tasks, double clamp)
    {
        long low = Math.Min((long)(total * clamp), Math.Max(total - 1, 0));
        long high = Math.Clamp((long)((total * (1 - clamp)) - 1), low, Math.Max(total - 1, 0));
        return new SelectionStatistic(total, Enumerable.Range(0, tasks).SelectMany(task => new[] { (task, total - low), (task, total - high) }), keepsTies: true);
    }

    private void Advance()
    {
        if (_magnitudes is { NeedsPass: false } found)
        {
            MagnitudeRange[] ranges = [.. Enumerable.Range(0, tasks).Select(task => new MagnitudeRange(Magnitude(found, 2 * task), Magnitude(found, (2 * task) + 1)))];
            _competition = new ParameterCompetition(ranges, variant);
            _window = new ScoreWindow(_competition, total, _rank, tasks);
            _magnitudes = null;
        }

        if (_window is { NeedsPass: false, IsDecided: false })
        {
            _positive ??= new ScoreSelection(_competition!, total, _rank, tasks, isNegative: false);
        }

        if (_positive is { NeedsPass: false } && _negative is null && Enumerable.Range(0, tasks).Any(task => _positive.Threshold(task) == 0))
        {
            _negative = new ScoreSelection(_competition!, total, _rank, tasks, isNegative: true);
        }
    }

    private static double Magnitude(SelectionStatistic selection, int target) => BitConverter.Int64BitsToDouble(selection.Cut(target).Pattern);
}
