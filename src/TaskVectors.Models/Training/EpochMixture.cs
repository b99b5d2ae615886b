using TaskVectors.Models.Data;

namespace TaskVectors.Models.Training;

/// <summary>
/// What an epoch of mixed data sees: as many examples as there are in all, of each part its share. A part goes through all its examples in an order of its
/// own before any comes again, however many epochs of the mixture that takes.
/// </summary>
internal sealed class EpochMixture
{
    private readonly IReadOnlyList<DataPart> _parts;
    private readonly int[] _draws;
    private readonly ulong _seed;

    public EpochMixture(IReadOnlyList<DataPart> parts, ulong seed)
    {
        (_parts, _seed) = (parts, seed);
        _draws = Apportion(parts);
    }

    /// <summary>The examples of an epoch.</summary>
    /// <param name="epoch">Counted from 0.</param>
    /// <param name="order">The order in which the places of the epoch are filled.</param>
    public int[] Arrange(int epoch, int[] order)
    {
        int[] drawn = new int[order.Length];
        int place = 0;
        int first = 0;
        for (int part = 0; part < _parts.Count; part++)
        {
            Draw(part, epoch, first, drawn.AsSpan(place, _draws[part]));
            place += _draws[part];
            first += _parts[part].Count;
        }

        return [.. order.Select(index => drawn[index])];
    }

    private void Draw(int part, int epoch, int first, Span<int> drawn)
    {
        int count = _parts[part].Count;
        int[] own = [];
        int round = -1;
        for (int i = 0; i < drawn.Length; i++)
        {
            (long needed, long index) = Math.DivRem(((long)epoch * _draws[part]) + i, count);
            if (needed != round)
            {
                round = checked((int)needed);
                own = SeededOrder.Shuffle(count, unchecked(_seed + (ulong)part + 1), round);
            }

            drawn[i] = first + own[index];
        }
    }

    /// <summary>Whole numbers in proportion to the weights whose sum is the number of examples (largest remainders).</summary>
    private static int[] Apportion(IReadOnlyList<DataPart> parts)
    {
        int total = parts.Sum(part => part.Count);
        double weights = parts.Sum(part => part.Weight);
        double[] exact = [.. parts.Select(part => total * (part.Weight / weights))];
        int[] whole = [.. exact.Select(value => (int)value)];
        int[] byRemainder = [.. Enumerable.Range(0, parts.Count).OrderByDescending(part => exact[part] - whole[part])];
        int missing = total - whole.Sum();
        for (int i = 0; i < missing; i++)
        {
            whole[byRemainder[i % byRemainder.Length]]++;
        }

        return whole;
    }
}
