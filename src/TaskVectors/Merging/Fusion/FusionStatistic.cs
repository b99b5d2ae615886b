using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Fusion;

/// <summary>
/// What Arcee Fusion must know of a tensor: the divergence of each row, and the quartiles of the importance. A sample of rows says about where those lie; then one pass
/// finds all divergences and, row by row, the importance and what of it lies near the quartiles, which decides in most cases.
/// </summary>
internal sealed class FusionStatistic : TensorStatistic
{
    private const double Spread = 1.5;
    private const int Quartiles = 3;

    // Tensors up to this size are listed whole.
    private const int SmallTensor = 16 * 1024;
    private const int SampleBlockElements = 1024;
    private const int SmallestSample = 32;
    private const int LargestSample = 512;
    private const int SampleShare = 64;
    private const int SmallestListed = 1 << 15;
    private const int LargestListed = 1 << 18;
    private const int ListedShare = 32;

    private readonly RankSearch[] _quartiles;
    private readonly long _step;
    private bool _isSampling;
    private bool _isMeasuring = true;

    public FusionStatistic(MergeTensor tensor)
    {
        long total = tensor.Shape.ElementCount;
        Importance = new RowImportance(tensor);
        _quartiles = [.. Enumerable.Range(1, total == 0 ? 0 : Quartiles).Select(quartile => new RankSearch(total, total - (quartile * (total - 1) / (Quartiles + 1)), MostListed(total)))];
        _isSampling = total > SmallTensor;

        // Odd, so that the sample does not always fall on the same columns.
        long blocks = Math.Clamp(total / SampleBlockElements / SampleShare, SmallestSample, LargestSample);
        _step = Math.Max(1, total / SampleBlockElements / blocks) | 1;
    }

    public RowImportance Importance { get; }

    /// <summary>The importance from which on elements are taken over.</summary>
    public double Threshold { get; private set; }

    public override bool NeedsPass => _quartiles.Any(quartile => quartile.Found is null);

    /// <summary>The most memory taken.</summary>
    public static long BytesFor(MergeTensor tensor) =>
        (2L * Quartiles * sizeof(double) * Math.Min(tensor.Shape.ElementCount, MostListed(tensor.Shape.ElementCount))) + (2 * sizeof(double) * RowImportance.RowsOf(tensor));

    public override bool Wants(long firstElement) => !_isSampling || firstElement / SampleBlockElements % _step == 0;

    public override ChunkStatistic Begin() => new FusionChunk(Importance, _quartiles, _isSampling || _isMeasuring, listsOnce: _isSampling);

    public override void Add(ChunkStatistic chunk)
    {
        var found = (FusionChunk)chunk;
        if (_isMeasuring && !_isSampling)
        {
            Importance.Set(found.FirstRow, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(found.Divergences));
        }

        for (int quartile = 0; quartile < _quartiles.Length; quartile++)
        {
            if (_quartiles[quartile].Found is null)
            {
                PooledList<double> listed = found.Listed[_isSampling ? 0 : quartile];
                _quartiles[quartile].Add(found.Observed, found.Above[quartile], found.Equal[quartile] + listed.Count, listed.Items);
            }
        }

        foreach (PooledList<double> listed in found.Listed)
        {
            listed.Clear();
        }
    }

    public override void EndPass()
    {
        foreach (RankSearch quartile in _quartiles.Where(quartile => quartile.Found is null))
        {
            if (_isSampling)
            {
                quartile.EndSample(isFirst: false);
            }
            else
            {
                quartile.EndPass();
            }
        }

        _isMeasuring = _isSampling;
        _isSampling = false;
        if (!NeedsPass)
        {
            Threshold = _quartiles[1].Found!.Value + (Spread * (_quartiles[2].Found!.Value - _quartiles[0].Found!.Value));
        }
    }

    private static int MostListed(long total) => (int)Math.Clamp(total / ListedShare, SmallestListed, LargestListed);
}
