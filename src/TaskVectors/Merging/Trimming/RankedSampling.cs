using System.Numerics;
using TaskVectors.Merging.Selection;
using TaskVectors.Tensors;

namespace TaskVectors.Merging.Trimming;

/// <summary>
/// The pruning of DELLA: element i of a row of n is kept with probability density - epsilon + 2 epsilon r_i / (n - 1), r_i its rank from the smallest
/// magnitude, 0, to the largest, n - 1; equal magnitudes by their index. A row of one element is kept with the density.
/// Source: Deep et al., "DELLA-Merging: Reducing Interference in Model Merging through Magnitude-Based Sampling", 2024, section 3.1.
/// </summary>
/// <remarks>
/// An element is kept where its random number of 32 bits (<see cref="Philox4x32.Word"/>), as a fraction of 2^32, lies below the probability. A rank matters only
/// where the two are close, so ranks are not sorted out: magnitudes are counted in bins (<see cref="MagnitudeBins"/>), whose first ranks bound the probabilities of
/// their elements (<see cref="RankBounds"/>); the rank of the few elements which that does not decide is found exactly (<see cref="OpenRanks"/>).
/// </remarks>
internal sealed class RankedSampling
{
    private readonly double _density;
    private readonly double _epsilon;
    private readonly bool _divides;

    /// <param name="density">The mean probability; 0 drops and 1 keeps everything.</param>
    /// <param name="epsilon">How far probabilities lie from it at most.</param>
    /// <param name="divides">Whether what is kept is divided by its probability.</param>
    public RankedSampling(double density, double epsilon, bool divides)
    {
        _density = density;
        _epsilon = epsilon;
        _divides = divides;
    }

    /// <summary>Whether what is kept is divided by its probability.</summary>
    public bool Divides => _divides;

    /// <summary>Whether everything is kept.</summary>
    public bool KeepsAll => _density >= 1;

    /// <summary>The probability that an element is kept.</summary>
    /// <param name="rank">Its rank, 0 for the smallest.</param>
    /// <param name="count">The elements of the row.</param>
    public double ProbabilityOf(int rank, int count) => count < 2 ? _density : _density - _epsilon + (2 * _epsilon * rank / (count - 1));

    /// <summary>Prunes a row.</summary>
    /// <param name="row">Its elements.</param>
    /// <param name="first">The index in the tensor of the first.</param>
    /// <param name="key">The key of the random numbers.</param>
    /// <param name="scratch">Room.</param>
    public void Apply<T>(Span<T> row, long first, PhiloxKey key, RankedScratch scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_divides && _density is > 0 and < 1)
        {
            ApplySorted(row, first, key);
        }
        else if (!KeepsAll)
        {
            KeptBits.Scale(row, Keep<T>(row, first, key, scratch), T.One);
        }
    }

    /// <summary>Which elements of a row are kept, one bit each; those of zeros mean nothing.</summary>
    /// <inheritdoc cref="Apply{T}"/>
    public ReadOnlySpan<ulong> Keep<T>(ReadOnlySpan<T> row, long first, PhiloxKey key, RankedScratch scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<ulong> kept = scratch.Kept(row.Length);
        if (_density is <= 0 or >= 1 || !scratch.Bins.Count(row))
        {
            kept.Fill(KeepsAll ? ulong.MaxValue : 0);
            return kept;
        }

        RankLine line = LineOf(row.Length);
        ReadOnlySpan<ushort> halves = scratch.DrawHalves(row.Length, first, key);
        scratch.Bounds.Find(scratch.Bins, line, row.Length);
        Span<int> open = scratch.Open(row.Length + 1);
        int count = scratch.Bounds.Decide(scratch.Bins.Items, halves, kept, open);
        new OpenRanks(line, first, key, scratch).Decide(row, halves, kept, open[..count]);
        return kept;
    }

    /// <summary>The same as <see cref="Apply{T}"/> by sorting the row.</summary>
    public void ApplySorted<T>(Span<T> row, long first, PhiloxKey key)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RankLine line = LineOf(row.Length);
        int[] order = Order<T>(row);
        for (int rank = 0; rank < order.Length; rank++)
        {
            ref T value = ref row[order[rank]];
            bool isKept = Philox4x32.Word(key, first + order[rank]) < line.LimitOf(rank);
            value = !isKept ? T.Zero : _divides ? value / T.CreateTruncating(ProbabilityOf(rank, order.Length)) : value;
        }
    }

    /// <summary>The positions of the elements of a row in the order of their ranks.</summary>
    public static int[] Order<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] order = [.. Enumerable.Range(0, row.Length)];
        MagnitudeOrder.Sort(row, order);
        return order;
    }

    private RankLine LineOf(int count) => RankLine.Between(_density - _epsilon, _density + _epsilon, count);
}
