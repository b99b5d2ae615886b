using System.Runtime.ExceptionServices;
using TaskVectors.Merging;

namespace TaskVectors.Execution;

/// <summary>Observes a tensor for its statistics, several chunks at once.</summary>
internal sealed class StatisticPass(TiledTensor tensor, TensorStatistic statistic, Func<TiledTensor, TileScratch> rent, Action<TileScratch> giveBack, int threads)
{
    // Fixed, so that sums over chunks do not depend on memory or threads.
    private const int ChunkTiles = 4;

    /// <summary>Makes all passes.</summary>
    public void Run()
    {
        int block = TileScratch.BlockOf(tensor.Tensor, tensor.Kernel);
        int tile = TileScratch.TileOf(block);
        long chunk = (long)tile * ChunkTiles;
        long chunks = (tensor.Tensor.Shape.ElementCount + chunk - 1) / chunk;
        while (statistic.NeedsPass)
        {
            // Chunks wait for their turn in small batches.
            int batch = threads * 4;
            for (long first = 0; first < chunks; first += batch)
            {
                foreach (ChunkStatistic observed in Observe(first, (int)Math.Min(batch, chunks - first), chunk, tile, block))
                {
                    statistic.Add(observed);
                }
            }

            statistic.EndPass();
        }
    }

    private ChunkStatistic[] Observe(long first, int count, long chunk, int tile, int block)
    {
        var observed = new ChunkStatistic[count];
        if (count == 1 || threads == 1)
        {
            for (int index = 0; index < count; index++)
            {
                observed[index] = Observe((first + index) * chunk, chunk, tile, block);
            }

            return observed;
        }

        try
        {
            _ = Parallel.For(
                0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, index => observed[index] = Observe((first + index) * chunk, chunk, tile, block));
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Capture(error.InnerExceptions[0]).Throw();
        }

        return observed;
    }

    private ChunkStatistic Observe(long first, long chunk, int tile, int block)
    {
        ChunkStatistic observed = statistic.Begin();
        long end = Math.Min(first + chunk, tensor.Tensor.Shape.ElementCount);
        TileScratch scratch = rent(tensor);
        for (long tileFirst = first; tileFirst < end; tileFirst += tile)
        {
            Observe(observed, scratch, tileFirst, (int)Math.Min(tile, end - tileFirst), block);
        }

        giveBack(scratch);
        return observed;
    }

    // Runs of wanted blocks are read together.
    private void Observe(ChunkStatistic observed, TileScratch scratch, long tileFirst, int count, int block)
    {
        int start = 0;
        while (start < count)
        {
            int end = start;
            while (end < count && statistic.Wants(tileFirst + end))
            {
                end = Math.Min(count, end + block);
            }

            if (end > start)
            {
                scratch.Read(tensor.Table, tileFirst + start, end - start);
                for (int offset = 0; offset < end - start; offset += block)
                {
                    observed.Observe(scratch.BlockAt(tensor.Table, tensor, tileFirst + start, offset, Math.Min(block, end - start - offset)));
                }
            }

            start = Math.Min(count, end + block);
        }
    }
}
