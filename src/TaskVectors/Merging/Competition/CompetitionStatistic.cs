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
    private ScoreSearch? _scores;
    private ParameterCompetition? _competition;
    private ScoreFilter?[] _filters = new ScoreFilter?[tasks];

    /// <summary>The competition between the clamped vectors.</summary>
    public ParameterCompetition Competition => _competition!;

    /// <summary>Finds the elements of a task that may have a share; <see langword="null"/> where all must be scored.</summary>
    public ScoreFilter? FilterOf(int task) => _filters[task];

    public override bool NeedsPass => Current is not null;

    private TensorStatistic? Current
    {
        get
        {
            Advance();
            return _magnitudes ?? (_scores!.NeedsPass ? (TensorStatistic)_scores : null);
        }
    }

    public override bool Wants(long firstElement) => Current!.Wants(firstElement);

    public override ChunkStatistic Begin() => Current!.Begin();

    public override void Add(ChunkStatistic chunk) => Current!.Add(chunk);

    public override void EndPass()
    {
        Current!.EndPass();
        if (_scores is { NeedsPass: false })
        {
            _filters = [.. Enumerable.Range(0, tasks).Select(task => ScoreFilter.For(_competition!.Ranges[task], tasks, _scores.Threshold(task), double.PositiveInfinity))];
        }
    }

    /// <summary>
    /// What scores of a task are brought from to 0 to 1, which gives its share in an element: the score of the rank, and the largest. Scores up to the first have
    /// no share.
    /// </summary>
    public (double Lowest, double Largest) ScoresOf(int task) => (_scores!.Threshold(task), _scores.Largest(task));

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
            _scores = new ScoreSearch(_competition, total, _rank, tasks);
            _magnitudes = null;
        }
    }

    private static double Magnitude(SelectionStatistic selection, int target) => BitConverter.Int64BitsToDouble(selection.Cut(target).Pattern);
}
