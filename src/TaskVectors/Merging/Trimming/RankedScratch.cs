using TaskVectors.Merging.Selection;
using TaskVectors.Tensors;

namespace TaskVectors.Merging.Trimming;

/// <summary>Room for the ranks of one row at a time.</summary>
internal sealed class RankedScratch
{
    private const int WordBits = 64;
    private const int ElementsPerBlock = 8;

    private readonly ushort[] _halves;
    private readonly ulong[] _kept;
    private readonly int[] _open;
    private int[] _places = [];
    private int[] _reached = [];
    private int[] _members = [];
    private double[] _values = [];

    /// <param name="length">The most elements of a row.</param>
    public RankedScratch(int length)
    {
        Length = length;
        Bins = new MagnitudeBins(length);
        _halves = new ushort[length + WordBits + ElementsPerBlock];
        _kept = new ulong[(length / WordBits) + 1];
        _open = new int[length + 1];
    }

    /// <summary>The most elements of a row.</summary>
    public int Length { get; }

    /// <summary>The bins of the magnitudes.</summary>
    public MagnitudeBins Bins { get; }

    /// <summary>What bins decide.</summary>
    public RankBounds Bounds { get; } = new();

    /// <summary>A bit for each element: whether it is kept.</summary>
    public Span<ulong> Kept(int length) => _kept.AsSpan(0, (length + WordBits - 1) / WordBits);

    /// <summary>Room for a list of elements.</summary>
    public Span<int> Open(int length) => _open.AsSpan(0, length);

    /// <summary>A number for each bin, 0 at first.</summary>
    public Span<int> Places()
    {
        _places = _places.Length == 0 ? new int[MagnitudeBins.MostBins] : _places;
        _places.AsSpan().Clear();
        return _places;
    }

    /// <summary>Room for a number for each bin.</summary>
    public Span<int> Reached() => _reached = _reached.Length == 0 ? new int[MagnitudeBins.MostBins] : _reached;

    /// <summary>Room for the elements of bins, ordered by rank, behind one place that is left free.</summary>
    public Span<int> Members() => _members = _members.Length == 0 ? new int[Length + 1] : _members;

    /// <summary>Room for the values of these.</summary>
    public Span<double> Values() => _values = _values.Length == 0 ? new double[Length + 1] : _values;

    /// <summary>Draws the upper halves of the random numbers of a row.</summary>
    public ReadOnlySpan<ushort> DrawHalves(int length, long first, PhiloxKey key)
    {
        int skipped = (int)(first % ElementsPerBlock);
        int drawn = (skipped + length + WordBits - 1) / WordBits * WordBits;
        Philox4x32.UpperHalves(key, first - skipped, _halves.AsSpan(0, drawn));
        return _halves.AsSpan(skipped, length);
    }
}
