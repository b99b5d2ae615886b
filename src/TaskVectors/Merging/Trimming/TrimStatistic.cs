using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>What trimming needs to know of a tensor: where the magnitudes kept end, and then how much of their sum remains.</summary>
internal sealed class TrimStatistic : TensorStatistic, IDisposable
{
    // As long as chunks mostly are.
    private const int ChunkElements = 1 << 16;

    private readonly Trim _trim;
    private readonly double[] _before;
    private readonly double[] _after;
    private readonly KeptElements? _kept;
    private bool _needsObserving;

    public TrimStatistic(Trim trim, MergeTensor tensor, int models)
    {
        _trim = trim;
        _before = new double[models];
        _after = new double[models];
        Selection = trim.CreateSelection(tensor, models);
        _kept = Remembers(trim, tensor) ? new KeptElements(tensor, models) : null;
        _needsObserving = trim.RestoresSum || _kept is not null;
    }

    /// <summary>Where the magnitudes kept end.</summary>
    public SelectionStatistic? Selection { get; }

    public override bool NeedsPass => IsSelecting || _needsObserving;

    private bool IsSelecting => Selection is { NeedsPass: true };

    /// <summary>Whether what is kept of a tensor is found once and remembered.</summary>
    public static bool Remembers(Trim trim, MergeTensor tensor) => trim.RemembersKept && KeptElements.IsFor(tensor);

    /// <summary>The factor that restores the sum of magnitudes of a model; 1 where nothing remains.</summary>
    public double Scale(int model) => _trim.RestoresSum && _after[model] > 0 ? _before[model] / _after[model] : 1;

    /// <summary>Sets to zero what takes no part in one model of a block, and scales the rest.</summary>
    public void Apply<T>(MergeBlock<T> block, int model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double scale = Scale(model);
        if (_kept is not null)
        {
            _kept.Scale(block, model, T.CreateTruncating(scale));
            return;
        }

        _trim.Apply(block, model, Selection);
        if (scale != 1)
        {
            BlockMath.Scale(block[model], T.CreateTruncating(scale), block[model]);
        }
    }

    public override bool Wants(long firstElement) => !IsSelecting || Selection!.Wants(firstElement);

    public override ChunkStatistic Begin() => IsSelecting ? Selection!.Begin() : new Sums(_trim, Selection, _before.Length, _kept is not null);

    public override void Add(ChunkStatistic chunk)
    {
        if (chunk is not Sums sums)
        {
            Selection!.Add(chunk);
            return;
        }

        _kept?.Add(sums.Kept);
        for (int model = 0; model < _before.Length; model++)
        {
            _before[model] += sums.Before[model];
            _after[model] += sums.After[model];
        }
    }

    public override void EndPass()
    {
        if (IsSelecting)
        {
            Selection!.EndPass();
        }
        else
        {
            _needsObserving = false;
        }
    }

    /// <summary>Gives back the room for what was kept.</summary>
    public void Dispose() => _kept?.Dispose();

    private sealed class Sums(Trim trim, SelectionStatistic? selection, int models, bool remembers) : ChunkStatistic
    {
        public KeptBits[] Kept { get; } = [.. Enumerable.Range(0, remembers ? models : 0).Select(_ => new KeptBits(ChunkElements))];

        public double[] Before { get; } = new double[models];

        public double[] After { get; } = new double[models];

        public override void Observe(MergeBlock block) => Observe(block.Values);

        internal override void Observe(MergeBlock<float> block) => Observe<float>(block);

        private void Observe<T>(MergeBlock<T> block)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int model = 0; model < models; model++)
            {
                (double before, double after) = trim.Observe(block, model, selection, remembers ? Kept[model] : null);
                Before[model] += before;
                After[model] += after;
            }
        }
    }
}
