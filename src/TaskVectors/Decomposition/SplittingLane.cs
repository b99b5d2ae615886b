using TaskVectors.Execution;

namespace TaskVectors.Decomposition;

/// <summary>A thread that splits one tensor after another, as memory allows.</summary>
internal sealed class SplittingLane(
    PlannedDecomposition[] tensors,
    TensorSplitter splitter,
    MemoryGate gate,
    Journal journal,
    Dictionary<string, FinishedTensor> finished,
    ProgressMeter meter,
    CancellationToken cancellationToken) : ITileLane
{
    public void Process(Tile tile)
    {
        PlannedDecomposition tensor = tensors[tile.Tensor];
        using IDisposable memory = gate.Take(tensor.WorkingBytes, cancellationToken);
        FinishedTensor result = splitter.Split(tensor, cancellationToken);
        lock (finished)
        {
            journal.Append(result, DecompositionJson.Default.FinishedTensor);
            finished.Add(result.Name, result);
        }

        long written = result.Hashes.Count(hash => hash is not null) * tensor.Base.ElementCount * sizeof(float);
        meter.Advance(tensor.BytesRead + written, tensor.Base.Name);
    }
}
