using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Tiles;
using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>
/// Reads the result of a merge whose kernels work on blocks: whatever part is asked for is computed from the same part of the models. The statistics
/// of a tensor are found when its first part is asked for.
/// </summary>
internal sealed class MergedTileReader : ICheckpointReader
{
    private readonly PreparedTileMerge _merge;
    private readonly InputReaders _readers;
    private readonly FrozenDictionary<string, TiledTensor> _tensors;
    private readonly Lazy<FrozenDictionary<string, TiledTensor>> _singles;

    // Tensors that are surveyed together are all observed in one precision.
    private readonly Lazy<bool> _isNarrow;
    private readonly ConcurrentBag<TileScratch> _free = [];
    private readonly Lock _observing = new();
    private readonly int _streams;

    public MergedTileReader(PreparedTileMerge merge)
    {
        _merge = merge;
        _readers = new InputReaders(merge.Vectors.Sources);
        _tensors = Tile(isSingle: false);
        _singles = new Lazy<FrozenDictionary<string, TiledTensor>>(() => Tile(isSingle: true));
        _isNarrow = new Lazy<bool>(() => _tensors.Values.All(tensor => tensor.Table.Streams.All(stream => stream.Tensor.DType.BitSize() <= 16)));
        _streams = _tensors.Values.Select(tensor => tensor.Table.Streams.Length).DefaultIfEmpty(0).Max();
    }

    /// <inheritdoc/>
    public void Read(TensorInfo tensor, long byteOffset, Span<byte> destination)
    {
        if (!_tensors.TryGetValue(tensor.Name, out TiledTensor? tiled))
        {
            throw new ArgumentException($"{_merge.Call.Method.Name} gives no tensor {QuotedName.Of(tensor.Name)}.", nameof(tensor));
        }

        if (destination.IsEmpty)
        {
            return;
        }

        Prepare(tiled, CancellationToken.None);
        long first = byteOffset / sizeof(double);
        int skipped = (int)(byteOffset % sizeof(double));
        int count = (int)(((long)skipped + destination.Length + sizeof(double) - 1) / sizeof(double));
        if (skipped == 0 && destination.Length % sizeof(double) == 0)
        {
            Merge(tiled, first, MemoryMarshal.Cast<byte, double>(destination));
            tiled.Consume(count);
            return;
        }

        double[] whole = new double[count];
        Merge(tiled, first, whole);
        MemoryMarshal.AsBytes(whole.AsSpan()).Slice(skipped, destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    public TensorExtent? Locate(TensorInfo tensor) => null;

    /// <inheritdoc/>
    public void Dispose() => _readers.Dispose();

    /// <summary>A tensor whose statistics are known; whoever asks first finds them, others wait.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="isSingle">Whether F32 is enough, where its kernel works in it.</param>
    /// <param name="cancellationToken">Stops the passes over the models.</param>
    public TiledTensor Open(string tensor, bool isSingle, CancellationToken cancellationToken)
    {
        TiledTensor tiled = _tensors[tensor];
        tiled = isSingle && tiled.Kernel.WorksInSingle && (tiled.Kernel is not SurveyKernel || _isNarrow.Value) ? _singles.Value[tensor] : tiled;
        Prepare(tiled, cancellationToken);
        return tiled;
    }

    private void Prepare(TiledTensor tensor, CancellationToken cancellationToken) =>
        tensor.Statistic?.Prepare(statistic => Observe(tensor.Statistic.Tensors, statistic, cancellationToken));

    // One at a time, each on several threads: what a pass lists is in the budget once.
    private void Observe(IReadOnlyList<TiledTensor> tensors, TensorStatistic statistic, CancellationToken cancellationToken)
    {
        lock (_observing)
        {
            new StatisticPass(tensors, statistic, Rent, _free.Add, _merge.Threads).Run(cancellationToken);
        }
    }

    private FrozenDictionary<string, TiledTensor> Tile(bool isSingle)
    {
        var surveys = new Dictionary<TileKernel, TiledStatistic>();
        return _merge.Tensors.Select((tensor, index) => Tile(tensor, index, surveys, isSingle)).ToFrozenDictionary(tensor => tensor.Tensor.Name, StringComparer.Ordinal);
    }

    private TiledTensor Tile(MergeTensor tensor, int index, Dictionary<TileKernel, TiledStatistic> surveys, bool isSingle)
    {
        AlignedVectorTensor aligned = _merge.Vectors.Tensors[index];
        ImmutableArray<PhiloxKey> keys = [.. Enumerable.Range(0, aligned.Vectors.Length).Select(model => PhiloxKey.Create(_merge.Seed, FormattableString.Invariant($"model {model}"), tensor.Name))];
        return new TiledTensor(tensor, _merge.Kernels[index], keys, StreamTable.Of(aligned), StatisticOf(_merge.Kernels[index], aligned.Vectors.Length, surveys)) { IsSingle = isSingle };
    }

    private static TiledStatistic? StatisticOf(TileKernel kernel, int models, Dictionary<TileKernel, TiledStatistic> surveys)
    {
        if (kernel is TwoPassKernel twoPass)
        {
            return new TiledStatistic(tensors => twoPass.CreateStatistic(tensors[0], models));
        }

        if (kernel is SurveyKernel survey && !surveys.ContainsKey(kernel))
        {
            surveys.Add(kernel, new TiledStatistic(tensors => survey.CreateStatistic(tensors, models)));
        }

        return surveys.GetValueOrDefault(kernel);
    }

    private TileScratch Rent(TiledTensor tensor)
    {
        int block = TileScratch.BlockOf(tensor.Tensor, tensor.Kernel);
        int tile = TileScratch.TileOf(block);
        return _free.TryTake(out TileScratch? scratch) && scratch.Block >= block && scratch.Tile >= tile
            ? scratch
            : new TileScratch(_readers, _streams, _merge.Call.Operands.Count(), tile, block);
    }

    private void Merge(TiledTensor tensor, long first, Span<double> result)
    {
        TileScratch scratch = Rent(tensor);
        int block = TileScratch.BlockOf(tensor.Tensor, tensor.Kernel);
        int tile = TileScratch.TileOf(block);
        long start = tensor.Kernel.NeedsRows ? first - (first % tensor.Tensor.RowLength) : first;
        long end = first + result.Length;
        long last = tensor.Kernel.NeedsRows ? Math.Min(tensor.Tensor.Shape.ElementCount, (end + tensor.Tensor.RowLength - 1) / tensor.Tensor.RowLength * tensor.Tensor.RowLength) : end;
        for (long tileFirst = start; tileFirst < last; tileFirst += tile)
        {
            int count = (int)Math.Min(tile, last - tileFirst);
            scratch.Read(tensor.Table, tileFirst, count);
            for (int offset = 0; offset < count; offset += block)
            {
                MergeBlock<double> values = scratch.Doubles.BlockAt(scratch.Inputs, tensor, tileFirst, offset, Math.Min(block, count - offset));
                Merge(scratch.Doubles, tensor, values, first, result);
            }
        }

        _free.Add(scratch);
    }

    private static void Merge(ModelValues<double> scratch, TiledTensor tensor, MergeBlock<double> block, long first, Span<double> result)
    {
        long offset = block.First - first;
        if (offset >= 0 && offset + block.Count <= result.Length)
        {
            scratch.Merge(tensor, block, result.Slice((int)offset, block.Count));
            return;
        }

        // Rows that lie partly outside of what is asked for.
        Span<double> rows = scratch.Result.AsSpan(0, block.Count);
        scratch.Merge(tensor, block, rows);
        int from = (int)Math.Max(0, -offset);
        int to = (int)Math.Min(block.Count, result.Length - offset);
        rows[from..to].CopyTo(result[(int)(offset + from)..]);
    }
}
