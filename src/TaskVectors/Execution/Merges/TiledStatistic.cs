using TaskVectors.Merging.Kernels;

namespace TaskVectors.Execution.Merges;

/// <summary>The statistics of one tensor, or of all that a kernel surveys together, found when they are first needed.</summary>
/// <param name="begin">Begins the statistics of the tensors.</param>
internal sealed class TiledStatistic(Func<IReadOnlyList<MergeTensor>, TensorStatistic> begin)
{
    private readonly Lock _lock = new();
    private readonly List<TiledTensor> _tensors = [];
    private TensorStatistic? _found;

    /// <summary>The number of elements of the tensors added so far.</summary>
    public long Count { get; private set; }

    /// <summary>The tensors, in storage order.</summary>
    public IReadOnlyList<TiledTensor> Tensors => _tensors;

    /// <summary>What was found.</summary>
    public TensorStatistic Found => _found!;

    public void Add(TiledTensor tensor)
    {
        _tensors.Add(tensor);
        Count += tensor.Tensor.Shape.ElementCount;
    }

    /// <summary>Forgets the statistics of a tensor that is done, and gives back their room; those of a survey are kept for the other tensors.</summary>
    public void Release()
    {
        if (_tensors.Count == 1)
        {
            (Interlocked.Exchange(ref _found, null) as IDisposable)?.Dispose();
        }
    }

    /// <summary>Finds the statistics; whoever comes first does, others wait.</summary>
    public void Prepare(Action<TensorStatistic> observe)
    {
        if (Volatile.Read(ref _found) is not null)
        {
            return;
        }

        lock (_lock)
        {
            if (_found is null)
            {
                TensorStatistic statistic = begin([.. _tensors.Select(tensor => tensor.Tensor)]);
                observe(statistic);
                Volatile.Write(ref _found, statistic);
            }
        }
    }
}
