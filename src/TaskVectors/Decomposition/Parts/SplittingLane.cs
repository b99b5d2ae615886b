using TaskVectors.Decomposition.Reports;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Tiles;

namespace TaskVectors.Decomposition.Parts;

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

        meter.Advance(tensor.BytesRead + BytesWritten(result, tensor), tensor.Base.Name);
    }

    private static long BytesWritten(FinishedTensor result, PlannedDecomposition tensor)
    {
        long factors = (result.Factors ?? []).Sum(written => (long)(written?.Rank ?? 0) * (tensor.Rows + tensor.Columns));
        return sizeof(float) * ((result.Hashes.Count(hash => hash is not null) * tensor.Base.ElementCount) + factors);
    }
}
