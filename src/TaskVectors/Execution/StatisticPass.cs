using System.Runtime.ExceptionServices;
using TaskVectors.Merging;

namespace TaskVectors.Execution;

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

    /// <summary>Makes all passes.</summary>
    public void Run()
    {
        while (statistic.NeedsPass)
        {
            // Chunks wait for their turn in small batches.
            foreach ((TiledTensor Tensor, long First, long End)[] batch in Chunks().Chunk(threads * 4))
            {
                foreach (ChunkStatistic observed in Observe(batch))
                {
                    statistic.Add(observed);
                }
            }

            statistic.EndPass();
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

    private ChunkStatistic[] Observe((TiledTensor Tensor, long First, long End)[] chunks)
    {
        if (chunks.Length == 1 || threads == 1)
        {
            return [.. chunks.Select(chunk => Observe(chunk.Tensor, chunk.First, chunk.End))];
        }

        var observed = new ChunkStatistic[chunks.Length];
        try
        {
            _ = Parallel.For(
                0, chunks.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, index => observed[index] = Observe(chunks[index].Tensor, chunks[index].First, chunks[index].End));
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Capture(error.InnerExceptions[0]).Throw();
        }

        return observed;
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
