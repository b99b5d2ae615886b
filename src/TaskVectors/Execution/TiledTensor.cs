using System.Collections.Immutable;
using TaskVectors.Merging;
using TaskVectors.Tensors;

namespace TaskVectors.Execution;

/// <summary>A tensor while its blocks are merged: its kernel, its random keys and, once they are known, its statistics.</summary>
internal sealed class TiledTensor(MergeTensor tensor, TileKernel kernel, ImmutableArray<PhiloxKey> keys, StreamTable table)
{
    private readonly Lock _lock = new();
    private TensorStatistic? _statistic;

    public MergeTensor Tensor => tensor;

    public TileKernel Kernel => kernel;

    public ReadOnlySpan<PhiloxKey> Keys => keys.AsSpan();

    public StreamTable Table => table;

    /// <summary>Finds the statistics; whoever comes first does, others wait.</summary>
    public void Prepare(Action<TensorStatistic> observe)
    {
        if (kernel is not TwoPassKernel twoPass || Volatile.Read(ref _statistic) is not null)
        {
            return;
        }

        lock (_lock)
        {
            if (_statistic is null)
            {
                TensorStatistic statistic = twoPass.CreateStatistic(tensor, keys.Length);
                observe(statistic);
                Volatile.Write(ref _statistic, statistic);
            }
        }
    }

    public void Merge(MergeBlock block, Span<double> result)
    {
        if (kernel is StreamingKernel streaming)
        {
            streaming.Merge(block, result);
        }
        else
        {
            ((TwoPassKernel)kernel).Merge(block, _statistic!, result);
        }
    }
}
