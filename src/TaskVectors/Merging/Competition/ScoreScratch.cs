using System.Buffers;

namespace TaskVectors.Merging.Competition;

/// <summary>Room for the scores of a block, lent and given back.</summary>
internal readonly ref struct ScoreScratch
{
    // A filter writes eight positions at a time.
    private const int Padding = 8;
    private const int Parts = 6;

    private readonly double[] _doubles;
    private readonly float[] _singles;
    private readonly int[] _places;
    private readonly int _count;

    private ScoreScratch(int count)
    {
        _count = count;
        _doubles = ArrayPool<double>.Shared.Rent(Parts * count);
        _singles = ArrayPool<float>.Shared.Rent(count);
        _places = ArrayPool<int>.Shared.Rent(count + Padding);
    }

    /// <summary>What the elements compete with.</summary>
    public Span<double> Opponents => _doubles.AsSpan(0, _count);

    /// <summary>What the elements compete with, in F32.</summary>
    public Span<float> RoughOpponents => _singles.AsSpan(0, _count);

    /// <summary>Scores, of all elements or of some.</summary>
    public Span<double> Scores => _doubles.AsSpan(_count, _count);

    /// <summary>The values of some elements.</summary>
    public Span<double> Chosen => _doubles.AsSpan(2 * _count, _count);

    /// <summary>Sums of some elements.</summary>
    public Span<double> Sums => _doubles.AsSpan(3 * _count, _count);

    /// <summary>Shares of some elements.</summary>
    public Span<double> Shares => _doubles.AsSpan(4 * _count, _count);

    /// <summary>Shares of all elements.</summary>
    public Span<double> AllShares => _doubles.AsSpan(5 * _count, _count);

    /// <summary>The positions of some elements.</summary>
    public Span<int> Places => _places.AsSpan(0, _count + Padding);

    /// <summary>Takes room for a block.</summary>
    public static ScoreScratch Rent(int count) => new(count);

    /// <summary>Gives it back.</summary>
    public void Return()
    {
        ArrayPool<double>.Shared.Return(_doubles);
        ArrayPool<float>.Shared.Return(_singles);
        ArrayPool<int>.Shared.Return(_places);
    }
}
