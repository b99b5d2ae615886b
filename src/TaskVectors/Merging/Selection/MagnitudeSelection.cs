namespace TaskVectors.Merging.Selection;

/// <summary>
/// Finds the k-th largest magnitude of a stream of numbers exactly, without sorting or holding it: the stream is observed twice. The first pass counts
/// magnitudes by the upper bits of their pattern, which order as the numbers do; the second keeps those of the one cell that holds
/// the k-th.
/// </summary>
internal sealed class MagnitudeSelection
{
    // 11 bits of exponent and 9 of fraction: a cell spans a 512th of an octave.
    private const int CellBits = 20;
    private const int Shift = 63 - CellBits;

    private readonly List<long> _candidates = [];
    private long[] _counts = [];
    private long _total;
    private long _cell;
    private long _rankInCell;

    /// <summary>The bytes of the table of counts.</summary>
    public const long TableBytes = (1L << CellBits) * sizeof(long);

    /// <summary>Observes numbers in pass 0 or 1; the same ones in both, in any order.</summary>
    public void Observe(int pass, ReadOnlySpan<double> values)
    {
        if (pass == 0 && _counts.Length == 0)
        {
            _counts = new long[1 << CellBits];
        }

        foreach (double value in values)
        {
            long pattern = BitConverter.DoubleToInt64Bits(Math.Abs(value));
            if (pass == 0)
            {
                _counts[pattern >> Shift]++;
            }
            else if (pattern >> Shift == _cell)
            {
                _candidates.Add(pattern);
            }
        }

        _total += pass == 0 ? values.Length : 0;
    }

    /// <summary>Observes zeros.</summary>
    public void ObserveZeros(int pass, long count)
    {
        Observe(pass, []);
        if (pass == 0)
        {
            _counts[0] += count;
            _total += count;
        }
    }

    /// <summary>Ends the first pass.</summary>
    /// <param name="rankOf">k, from 1, for the number of values observed; no more than that number is used.</param>
    public void Choose(Func<long, long> rankOf)
    {
        _rankInCell = Math.Min(rankOf(_total), _total);
        for (_cell = _counts.Length - 1; _cell > 0 && _counts[_cell] < _rankInCell; _cell--)
        {
            _rankInCell -= _counts[_cell];
        }

        _counts = [];
    }

    /// <summary>The k-th largest magnitude, after the second pass; 0 where nothing was observed, and where zeros reach up to the k-th.</summary>
    public double Threshold()
    {
        if (_rankInCell > _candidates.Count || _candidates.Count == 0)
        {
            return 0;
        }

        long rank = _rankInCell;
        List<long> remaining = _candidates;
        for (int bit = Shift - 1; bit >= 0 && remaining.Count > 1; bit--)
        {
            var upper = remaining.Where(pattern => (pattern >> bit & 1) == 1).ToList();
            bool isUpper = upper.Count >= rank;
            rank -= isUpper ? 0 : upper.Count;
            remaining = isUpper ? upper : [.. remaining.Where(pattern => (pattern >> bit & 1) == 0)];
        }

        return BitConverter.Int64BitsToDouble(remaining[0]);
    }
}
