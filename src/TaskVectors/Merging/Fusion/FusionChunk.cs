using System.Buffers;
using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Fusion;

/// <summary>Observes a chunk of whole rows: their divergences where they are not known yet, and what of their importance lies near the quartiles.</summary>
internal sealed class FusionChunk(RowImportance importance, RankSearch[] quartiles, bool measures, bool listsOnce) : ChunkStatistic
{
    private QuartileScan<float>? _singles;
    private QuartileScan<double>? _doubles;

    /// <summary>The index of the first row.</summary>
    public long FirstRow { get; private set; } = -1;

    /// <summary>The divergences of the rows.</summary>
    public List<double> Divergences { get; } = [];

    /// <summary>The number of elements.</summary>
    public long Observed { get; private set; }

    /// <summary>How many lie above the window of each quartile.</summary>
    public long[] Above { get; } = new long[QuartileScan<double>.Windows];

    /// <summary>How many lie within where they are all the same, and are not listed.</summary>
    public long[] Equal { get; } = new long[QuartileScan<double>.Windows];

    /// <summary>Those within.</summary>
    public PooledList<double>[] Listed { get; } = [.. Enumerable.Range(0, QuartileScan<double>.Windows).Select(_ => new PooledList<double>())];

    public override void Observe(MergeBlock block) => Observe(block.Values, _doubles ??= new(Windows()));

    internal override void Observe(MergeBlock<float> block) => Observe(block, _singles ??= new(Windows()));

    private void Observe<T>(MergeBlock<T> block, QuartileScan<T> scan)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] rented = ArrayPool<T>.Shared.Rent(block.Count);
        Span<T> found = rented.AsSpan(0, block.Count);
        if (measures)
        {
            FirstRow = FirstRow < 0 ? importance.RowAt(block.First) : FirstRow;
            double[] divergences = importance.Divergences(block);
            Divergences.AddRange(divergences);
            importance.Find(block, divergences, found);
        }
        else
        {
            importance.Find(block, found);
        }

        scan.Find(found, Above, Listed);
        CountEqual<T>(found);
        Observed += block.Count;
        ArrayPool<T>.Shared.Return(rented);
    }

    // What is all the same is counted and not listed.
    private void CountEqual<T>(ReadOnlySpan<T> found)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int window = 0; window < quartiles.Length; window++)
        {
            if (quartiles[window] is { IsOneScore: true, Found: null })
            {
                Equal[window] += found.Count(T.CreateTruncating(quartiles[window].Low));
            }
        }
    }

    // The windows of a sample are all the same.
    private (double Low, double High)[] Windows() =>
        [.. quartiles.Select((quartile, window) => (quartile.IsOneScore || quartile.Found is not null || (listsOnce && window > 0) ? double.NaN : quartile.Low, quartile.High))];
}
