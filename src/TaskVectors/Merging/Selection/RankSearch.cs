using System.Buffers;

namespace TaskVectors.Merging.Selection;

/// <summary>
/// The search for the score of a rank among many scores that are found anew in every pass. It lies in a bracket, of which it is known how many scores are above and within. Each pass counts what is
/// above a window of the bracket, which a sample chose, and lists what is within: every one, or where those are too many, every second, fourth and so on, evenly over
/// all. Either that decides, or the bracket becomes the window, with what is listed as its sample, or what lies on one side of it. So the search
/// ends whatever the sample says, and seldom takes a second pass.
/// </summary>
/// <param name="total">The number of scores.</param>
/// <param name="rank">The rank, from 1 for the largest.</param>
/// <param name="mostListed">The most scores listed.</param>
internal sealed class RankSearch(long total, long rank, int mostListed)
{
    private const double LeastMargin = 16;
    private const double Deviations = 4;
    private const double LargestShare = 0.9;
    private const double AfterMiss = 4;
    private const int MostMisses = 2;
    private const int CutShare = 16;
    private const int CountedTogether = 1024;

    private readonly RankSample _sample = new();
    private readonly PooledList<double> _listed = new();
    private readonly List<long> _counts = [];
    private (double Low, double High) _bracket = (double.NegativeInfinity, double.PositiveInfinity);
    private long _bracketAbove;
    private long _bracketCount = total;
    private long _above;
    private long _within;
    private long _observed;
    private int _step = 1;
    private int _misses;

    /// <summary>The least score of the window.</summary>
    public double Low { get; private set; } = double.NegativeInfinity;

    /// <summary>The largest score of the window.</summary>
    public double High { get; private set; } = double.PositiveInfinity;

    /// <summary>Whether what is in the window need not be listed, because it is all the same.</summary>
    public bool IsOneScore => Low == High;

    /// <summary>The score of the rank, when found; infinite where fewer scores are numbers.</summary>
    public double? Found { get; private set; }

    /// <summary>Adds what was observed next: the number of scores, of those above the window and of those within, and the latter unless they are all the same.</summary>
    public void Add(long observed, long above, long within, ReadOnlySpan<double> scores)
    {
        _observed += observed;
        _above += above;
        for (int index = 0; (index += PlacesToNext(index)) < scores.Length;)
        {
            if (_listed.Count == mostListed)
            {
                Thin();
            }
            else
            {
                _listed.Add(scores[index++]);
            }
        }

        _within += within;
    }

    /// <summary>Notes how many scores of a block of a sample lie above the window, which tells how much blocks differ.</summary>
    public void AddCount(long above) => _counts.Add(above);

    /// <summary>Ends a pass over a sample, which chooses a window for the next.</summary>
    /// <param name="isFirst">Whether another sample follows, so that the window had better be wide.</param>
    public void EndSample(bool isFirst)
    {
        CountListed();
        _sample.Take(_listed, _above / _step, (_observed - _above - _within) / _step);
        double margin = Margin(isFirst ? 2 * Deviations : Deviations, Variance() / _step);
        BeginPass();
        Choose(isFirst ? margin : Math.Min(margin, LargestMargin()));
    }

    /// <summary>Ends a pass over all scores.</summary>
    public void EndPass()
    {
        long place = rank - _above;
        _misses += place >= 1 && place <= _within ? 0 : 1;
        if (place < 1)
        {
            _sample.KeepAbove(High);
            _bracket.Low = double.BitIncrement(High);
            _bracketCount = _above - _bracketAbove;
        }
        else if (place > _within && Low == _bracket.Low)
        {
            Found = double.PositiveInfinity;
        }
        else if (place > _within)
        {
            _sample.KeepBelow(Low);
            _bracket.High = double.BitDecrement(Low);
            (_bracketAbove, _bracketCount) = (_above + _within, _bracketAbove + _bracketCount - _above - _within);
        }
        else if (IsOneScore || _step == 1)
        {
            Found = IsOneScore ? Low : RankSample.Ranked(_listed.Items, place);
        }
        else
        {
            _sample.Take(_listed, 0, 0);
            _misses = 0;
            _bracket = (Low, High);
            (_bracketAbove, _bracketCount) = (_above, _within);
        }

        BeginPass();
        if (Found is null)
        {
            ChooseAgain();
        }
        else
        {
            _sample.Clear();
        }
    }

    // Every score is listed whose number among those within is a multiple of the step.
    private int PlacesToNext(int index) => (int)((_step - ((_within + index) % _step)) % _step);

    private void BeginPass()
    {
        _listed.Clear();
        _counts.Clear();
        (_above, _within, _observed, _step) = (0, 0, 0, 1);
    }

    // Every second of those listed stays, from the first on.
    private void Thin()
    {
        Span<double> items = _listed.Items;
        int kept = (items.Length + 1) / 2;
        for (int index = 1; index < kept; index++)
        {
            items[index] = items[2 * index];
        }

        _listed.Shorten(kept);
        _step *= 2;
    }

    // Where all was listed, blocks are counted now: by how many of their scores lie above about the rank.
    private void CountListed()
    {
        int few = _listed.Count / CutShare;
        if (!double.IsNegativeInfinity(Low) || !double.IsPositiveInfinity(High) || few == 0)
        {
            return;
        }

        ReadOnlySpan<double> items = _listed.Items;
        double[] rented = ArrayPool<double>.Shared.Rent(few);
        for (int index = 0; index < few; index++)
        {
            rented[index] = items[CutShare * index];
        }

        double cut = RankSample.Ranked(rented.AsSpan(0, few), Math.Clamp((long)((double)few * rank / _bracketCount), 1, few));
        ArrayPool<double>.Shared.Return(rented);
        _counts.Clear();
        for (int first = 0; first < items.Length; first += CountedTogether)
        {
            long above = 0;
            foreach (double score in items.Slice(first, Math.Min(CountedTogether, items.Length - first)))
            {
                above += score > cut ? 1 : 0;
            }

            _counts.Add(above);
        }
    }

    // Of the number of scores above the window in the sample; from how neighbouring blocks differ, as the sample is drawn evenly from all.
    private double Variance()
    {
        double sum = 0;
        for (int index = 1; index < _counts.Count; index++)
        {
            double difference = _counts[index] - _counts[index - 1];
            sum += difference * difference;
        }

        return sum / 2;
    }

    // A sample that has misled twice is not asked again: what is listed of the whole bracket is a better one.
    private void ChooseAgain()
    {
        if (_misses == MostMisses)
        {
            _sample.Clear();
        }

        double deviations = _misses == 0 ? Deviations : AfterMiss * Deviations;
        Choose(Math.Min(Margin(deviations, 0), LargestMargin()));
    }

    private double Margin(double deviations, double variance)
    {
        double share = (double)(rank - _bracketAbove) / _bracketCount;
        return (deviations * Math.Sqrt(Math.Max(variance, _sample.Count * share * (1 - share)))) + LeastMargin;
    }

    // Too few are listed rather than too many: what lies beside the window is known as well then.
    private double LargestMargin() => Math.Max(LeastMargin, LargestShare / 2 * mostListed * _sample.Count / _bracketCount);

    private void Choose(double margin)
    {
        double place = _sample.Count * ((double)(rank - _bracketAbove) / _bracketCount);
        High = _sample.Ranked((long)Math.Floor(place - margin)) ?? _bracket.High;
        Low = _sample.Ranked((long)Math.Ceiling(place + margin)) ?? _bracket.Low;

        // The same window again would list the same: many scores are equal, and one of them divides the bracket.
        if ((Low, High) == _bracket && _bracketCount > mostListed && _sample.Ranked(Math.Clamp((long)place, 1, Math.Max(1, _sample.Count))) is { } middle)
        {
            (Low, High) = (middle, middle);
        }
    }
}
