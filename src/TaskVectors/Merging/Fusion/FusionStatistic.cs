using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Fusion;

/// <summary>What Arcee Fusion must know of a tensor: the divergence of each row, then the quartiles of the importance.</summary>
internal sealed class FusionStatistic : TensorStatistic
{
    private const double Spread = 1.5;
    private const int Quartiles = 3;

    private readonly ImportanceSelection _selection;
    private readonly long _total;
    private bool _isMeasuring = true;
    private double _least = double.PositiveInfinity;

    public FusionStatistic(MergeTensor tensor)
    {
        _total = tensor.Shape.ElementCount;
        Importance = new RowImportance(tensor);
        _selection = new ImportanceSelection(Importance, _total, Enumerable.Range(1, Quartiles).Select(quartile => (0, _total - PlaceOf(quartile))));
    }

    public RowImportance Importance { get; }

    /// <summary>The importance from which on elements are taken over.</summary>
    public double Threshold { get; private set; }

    public override bool NeedsPass => _isMeasuring || _selection.NeedsPass;

    /// <summary>The most memory taken.</summary>
    public static long BytesFor(MergeTensor tensor) =>
        SelectionStatistic.BytesFor(tensor.Shape.ElementCount, Quartiles) + (2 * sizeof(double) * RowImportance.RowsOf(tensor));

    public override bool Wants(long firstElement) => _isMeasuring || _selection.Wants(firstElement);

    public override ChunkStatistic Begin() => _isMeasuring ? new Rows(Importance, needsLeast: PlaceOf(1) == 0) : _selection.Begin();

    public override void Add(ChunkStatistic chunk)
    {
        if (chunk is Rows rows)
        {
            Importance.Set(rows.First, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows.Divergences));
            _least = Math.Min(_least, rows.Least);
        }
        else
        {
            _selection.Add(chunk);
        }
    }

    public override void EndPass()
    {
        if (!_isMeasuring)
        {
            _selection.EndPass();
        }

        _isMeasuring = false;
        if (!_selection.NeedsPass)
        {
            Threshold = Quartile(2) + (Spread * (Quartile(3) - Quartile(1)));
        }
    }

    // The place of a quartile in ascending order, from 0.
    private long PlaceOf(int quartile) => quartile * Math.Max(0, _total - 1) / (Quartiles + 1);

    private double Quartile(int quartile) =>
        PlaceOf(quartile) == 0 ? _least : BitConverter.Int64BitsToDouble(_selection.Cut(quartile - 1).Pattern);

    private sealed class Rows(RowImportance importance, bool needsLeast) : ChunkStatistic
    {
        private double[] _values = [];

        public long First { get; private set; } = -1;

        public List<double> Divergences { get; } = [];

        public double Least { get; private set; } = double.PositiveInfinity;

        public override void Observe(MergeBlock block)
        {
            First = First < 0 ? importance.RowAt(block.First) : First;
            double[] divergences = [.. importance.Divergences(block)];
            Divergences.AddRange(divergences);
            if (!needsLeast)
            {
                return;
            }

            _values = _values.Length < block.Count ? new double[block.Count] : _values;
            int length = block.Count / Math.Max(1, divergences.Length);
            for (int row = 0; row < divergences.Length; row++)
            {
                RowImportance.Find(block.Slice(row * length, length), divergences[row], _values.AsSpan(row * length, length));
            }

            foreach (double value in _values.AsSpan(0, block.Count))
            {
                Least = Math.Min(Least, value);
            }
        }
    }
}
