using System.Runtime.ExceptionServices;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Execution.Merges;

/// <summary>Observes tensors for their statistics, several chunks at once.</summary>
/// <param name="tensors">The tensors observed together, in storage order.</param>
/// <param name="statistic">What is found.</param>
/// <param name="rent">Gives buffers for a tensor.</param>
/// <param name="giveBack">Takes them back.</param>
/// <param name="threads">How many chunks are observed at once.</param>
internal sealed class StatisticPass(
    IReadOnlyList<TiledTensor> tensors, TensorStatistic statistic, Func<TiledTensor, TileScratch> rent, Action<TileScratch> giveBack, int threads)
{
    // Fixed, so that sums over chunks do not depend on memory or threads.
    private const int ChunkTiles = 4;

    // How far the chunks begun may be ahead of the first unfinished one, for each thread.
    private const int MostAhead = 8;

    private readonly object _lock = new();

    /// <summary>Makes all passes.</summary>
    /// <param name="cancellationToken">Stops between chunks.</param>
    public void Run(CancellationToken cancellationToken)
    {
        while (statistic.NeedsPass)
        {
            if (threads == 1)
            {
                foreach ((TiledTensor tensor, long first, long end) in Chunks())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    statistic.Add(Observe(tensor, first, end));
                }
            }
            else
            {
                RunOnThreads(cancellationToken);
            }

            statistic.EndPass();
        }
    }

    // Whoever finishes a chunk takes the next; finished ones are added in order.
    private void RunOnThreads(CancellationToken cancellationToken)
    {
        using IEnumerator<(TiledTensor Tensor, long First, long End)> chunks = Chunks().GetEnumerator();
        var finished = new Dictionary<long, ChunkStatistic>();
        long taken = 0;
        long added = 0;
        bool hasFailed = false;
        try
        {
            _ = Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Work());
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Capture(error.InnerExceptions[0]).Throw();
        }

        void Work()
        {
            try
            {
                while (TryTake(out long index, out (TiledTensor Tensor, long First, long End) chunk))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Add(index, Observe(chunk.Tensor, chunk.First, chunk.End));
                }
            }
            catch
            {
                lock (_lock)
                {
                    hasFailed = true;
                    Monitor.PulseAll(_lock);
                }

                throw;
            }
        }

        bool TryTake(out long index, out (TiledTensor Tensor, long First, long End) chunk)
        {
            lock (_lock)
            {
                while (taken - added > MostAhead * threads && !hasFailed)
                {
                    _ = Monitor.Wait(_lock);
                }

                bool isTaken = !hasFailed && chunks.MoveNext();
                index = isTaken ? taken++ : -1;
                chunk = isTaken ? chunks.Current : default;
                return isTaken;
            }
        }

        void Add(long index, ChunkStatistic observed)
        {
            lock (_lock)
            {
                finished.Add(index, observed);
                for (; finished.Remove(added, out ChunkStatistic? next); added++)
                {
                    statistic.Add(next);
                }

                Monitor.PulseAll(_lock);
            }
        }
    }

    private IEnumerable<(TiledTensor Tensor, long First, long End)> Chunks()
    {
        foreach (TiledTensor tensor in tensors)
        {
            long count = tensor.Tensor.Shape.ElementCount;
            long chunk = (long)TileScratch.TileOf(TileScratch.BlockOf(tensor.Tensor, tensor.Kernel)) * ChunkTiles;
            for (long first = 0; first < count; first += chunk)
            {
                yield return (tensor, first, Math.Min(first + chunk, count));
            }
        }
    }

    private ChunkStatistic Observe(TiledTensor tensor, long first, long end)
    {
        ChunkStatistic observed = statistic.Begin();
        int block = TileScratch.BlockOf(tensor.Tensor, tensor.Kernel);
        int tile = TileScratch.TileOf(block);
        TileScratch scratch = rent(tensor);
        for (long tileFirst = first; tileFirst < end; tileFirst += tile)
        {
            Observe(tensor, observed, scratch, tileFirst, (int)Math.Min(tile, end - tileFirst), block);
        }

        giveBack(scratch);
        return observed;
    }

    private static void ObserveBlock(TiledTensor tensor, ChunkStatistic observed, TileScratch scratch, long first, int offset, int count)
    {
        if (tensor.IsSingle)
        {
            observed.Observe(scratch.Singles.BlockAt(scratch.Inputs, tensor, first, offset, count));
        }
        else
        {
            observed.Observe(new MergeBlock(scratch.Doubles.BlockAt(scratch.Inputs, tensor, first, offset, count)));
        }
    }

    // Runs of wanted blocks are read together.
    private void Observe(TiledTensor tensor, ChunkStatistic observed, TileScratch scratch, long tileFirst, int count, int block)
    {
        int start = 0;
        while (start < count)
        {
            int end = start;
            while (end < count && statistic.Wants(tensor.Origin + tileFirst + end))
            {
                end = Math.Min(count, end + block);
            }

            if (end > start)
            {
                scratch.Read(tensor.Table, tileFirst + start, end - start);
                for (int offset = 0; offset < end - start; offset += block)
                {
                    ObserveBlock(tensor, observed, scratch, tileFirst + start, offset, Math.Min(block, end - start - offset));
                }
            }

            start = Math.Min(count, end + block);
        }
    }
}
