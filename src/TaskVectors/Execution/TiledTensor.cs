using System.Collections.Immutable;
using TaskVectors.Merging;
using TaskVectors.Tensors;

namespace TaskVectors.Execution;

/// <summary>A tensor while its blocks are merged: its kernel, its random keys and, where the kernel needs any, its statistics.</summary>
internal sealed class TiledTensor
{
    private readonly ImmutableArray<PhiloxKey> _keys;

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

    public MergeTensor Tensor { get; }

    public TileKernel Kernel { get; }

    public ReadOnlySpan<PhiloxKey> Keys => _keys.AsSpan();

    public StreamTable Table { get; }

    /// <summary>The statistics that its kernel needs; <see langword="null"/> for none.</summary>
    public TiledStatistic? Statistic { get; }

    /// <summary>The number of elements before it among those observed for its statistics.</summary>
    public long Origin { get; }

    public void Merge(MergeBlock block, Span<double> result)
    {
        if (Kernel is StreamingKernel streaming)
        {
            streaming.Merge(block, result);
        }
        else
        {
            ((StatisticKernel)Kernel).Merge(block, Statistic!.Found, result);
        }
    }
}
