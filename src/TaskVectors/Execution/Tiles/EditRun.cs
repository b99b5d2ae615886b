using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Tiles;

/// <summary>The state that the lanes of a running edit share.</summary>
internal sealed class EditRun : IDisposable
{
    private readonly TensorProgress?[] _progress;
    private readonly Lock _lock = new();
    private readonly Journal _journal;
    private readonly Dictionary<string, TensorRecord> _records;
    private readonly IReadOnlyList<PlannedTensor> _pending;
    private readonly ProgressMeter _meter;
    private readonly HashSet<string> _knownFallbacks;

    public EditRun(EditPlan plan, InputReaders readers, OutputFiles output, Journal journal, Dictionary<string, TensorRecord> records, ProgressMeter meter)
    {
        Plan = plan;
        Readers = readers;
        Output = output;
        _journal = journal;
        _records = records;
        _meter = meter;
        _knownFallbacks = [.. records.Values.SelectMany(record => record.Fallbacks ?? [])];
        _pending = [.. plan.Tensors.Where(tensor => !records.ContainsKey(tensor.Output.Name))];
        _progress = new TensorProgress[_pending.Count];
        ComputePermits = new SemaphoreSlim(plan.Options.Threads);
    }

    public EditPlan Plan { get; }

    public InputReaders Readers { get; }

    public OutputFiles Output { get; }

    /// <summary>Bounds how many tiles are computed at once to the number of threads asked for.</summary>
    public SemaphoreSlim ComputePermits { get; }

    public IReadOnlyList<long> PendingElements() => [.. _pending.Select(tensor => tensor.Output.ElementCount)];

    public TensorProgress Begin(int tensor)
    {
        lock (_lock)
        {
            return _progress[tensor] ??= new TensorProgress(_pending[tensor], Plan.Options.Digest);
        }
    }

    /// <summary>Counts a tile as done and, where the tensor is complete with it, enters the tensor in the journal.</summary>
    public void Advance(Tile tile, TensorProgress progress, int bytesWritten, bool isComplete)
    {
        if (isComplete)
        {
            TensorRecord record = progress.Finish();
            lock (_lock)
            {
                record = WithFallbacks(record);
                _records.Add(record.Name, record);
                _journal.Append(record);
                _progress[tile.Tensor] = null;
            }

            if (Plan.Options.Flush)
            {
                Output.BeginFlush(progress.Tensor.File, progress.Tensor.Offset, progress.Tensor.Output.ByteCount);
            }
        }

        long bytesRead = progress.Tensor.Terms.Sum(term => (long)tile.Count * term.Tensor.DType.BitSize() / 8);
        _meter.Advance(bytesRead + bytesWritten, progress.Tensor.Output.Name);
    }

    // The merge forgets them when the process ends, the journal does not.
    private TensorRecord WithFallbacks(TensorRecord record) =>
        Plan.Fallbacks.Where(_knownFallbacks.Add).ToArray() is { Length: > 0 } fallbacks ? record with { Fallbacks = fallbacks } : record;

    /// <summary>The key of the random numbers of a tensor.</summary>
    public PhiloxKey KeyOf(PlannedTensor tensor) => PhiloxKey.Create(Plan.Options.Seed, "output", tensor.Output.Name);

    public void Dispose() => ComputePermits.Dispose();
}
