using System.Collections.Immutable;
using System.Runtime.InteropServices;
using TaskVectors.Execution.Tiles;
using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>A tensor while its blocks are merged: its kernel, its random keys and, where the kernel needs any, its statistics.</summary>
internal sealed class TiledTensor
{
    private readonly ImmutableArray<PhiloxKey> _keys;
    private long _consumed;

    public TiledTensor(MergeTensor tensor, TileKernel kernel, ImmutableArray<PhiloxKey> keys, StreamTable table, TiledStatistic? statistic)
    {
        Tensor = tensor;
        Kernel = kernel;
        Table = table;
        Statistic = statistic;
        Origin = statistic?.Count ?? 0;
        _keys = keys;
        statistic?.Add(this);
    }

    private TiledTensor(TiledTensor tensor, StreamTable table)
    {
        (Tensor, Kernel, Statistic, Origin, IsSingle, _keys) = (tensor.Tensor, tensor.Kernel, tensor.Statistic, tensor.Origin, tensor.IsSingle, tensor._keys);
        Table = table;
    }

    public MergeTensor Tensor { get; }

    public TileKernel Kernel { get; }

    /// <summary>Whether it is observed and merged in F32.</summary>
    public bool IsSingle { get; init; }

    public ReadOnlySpan<PhiloxKey> Keys => _keys.AsSpan();

    public StreamTable Table { get; }

    /// <summary>The statistics that its kernel needs; <see langword="null"/> for none.</summary>
    public TiledStatistic? Statistic { get; }

    /// <summary>The number of elements before it among those observed for its statistics.</summary>
    public long Origin { get; }

    /// <summary>Counts elements as read; when all have been, the statistics are forgotten.</summary>
    public void Consume(long count)
    {
        if (Interlocked.Add(ref _consumed, count) == Tensor.Shape.ElementCount)
        {
            _consumed = 0;
            Statistic?.Release();
        }
    }

    /// <summary>The same tensor and statistics, of stored tensors in another order.</summary>
    public TiledTensor Over(StreamTable table) => new(this, table);

    /// <summary>Merges a block of F64 or F32.</summary>
    public void Merge<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            MergeDoubles(block.As<double>(), MemoryMarshal.Cast<T, double>(result));
        }
        else
        {
            Kernel.Merge(block.As<float>(), Statistic?.Found, MemoryMarshal.Cast<T, float>(result));
        }
    }

    private void MergeDoubles(MergeBlock<double> block, Span<double> result)
    {
        if (Kernel is StreamingKernel streaming)
        {
            streaming.Merge(new MergeBlock(block), result);
        }
        else
        {
            ((StatisticKernel)Kernel).Merge(new MergeBlock(block), Statistic!.Found, result);
        }
    }
}
