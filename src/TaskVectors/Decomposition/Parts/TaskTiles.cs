using System.Runtime.InteropServices;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition.Parts;

/// <summary>Reads the task vectors of one tensor tile by tile, in F64: differences to the base, or stored vectors as they are.</summary>
internal sealed class TaskTiles
{
    private readonly DecompositionPlan _plan;
    private readonly InputReaders _readers;
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(WorkingMemory.TileElements * sizeof(double));
    private readonly double[] _base = GC.AllocateUninitializedArray<double>(WorkingMemory.TileElements);
    private readonly double[][] _tasks;

    public TaskTiles(DecompositionPlan plan, InputReaders readers)
    {
        _plan = plan;
        _readers = readers;
        _tasks = [.. Enumerable.Range(0, plan.TaskCount).Select(_ => GC.AllocateUninitializedArray<double>(WorkingMemory.TileElements))];
    }

    /// <summary>
    /// Reads every tile in order. The callback gets the first element and the task vectors' values; the result is the hash of the base's
    /// tensor.
    /// </summary>
    public string Read(
        PlannedDecomposition tensor, Action<long, IReadOnlyList<ReadOnlyMemory<double>>> consume, CancellationToken cancellationToken)
    {
        using var digest = new TensorDigest(_plan.Options.Digest);
        for (long first = 0; first < tensor.Base.ElementCount; first += WorkingMemory.TileElements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(WorkingMemory.TileElements, tensor.Base.ElementCount - first);
            ReadOnlySpan<byte> bytes = ReadBytes(0, tensor.Base, first, count);
            digest.Append(bytes);
            TensorConverter.Decode(tensor.Base.DType, bytes, _base.AsSpan(0, count));
            for (int task = 0; task < _tasks.Length; task++)
            {
                ReadTask(tensor, task, first, _tasks[task].AsSpan(0, count));
            }

            consume(first, [.. _tasks.Select(values => new ReadOnlyMemory<double>(values, 0, count))]);
        }

        return digest.Finish();
    }

    /// <summary>The hash of a base's tensor that plays no part.</summary>
    public string HashBase(TensorInfo tensor, CancellationToken cancellationToken)
    {
        using var digest = new TensorDigest(_plan.Options.Digest);
        for (long offset = 0; offset < tensor.ByteCount; offset += _bytes.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> piece = _bytes.AsSpan(0, (int)Math.Min(_bytes.Length, tensor.ByteCount - offset));
            _readers[0].Read(tensor, offset, piece);
            digest.Append(piece);
        }

        return digest.Finish();
    }

    private void ReadTask(PlannedDecomposition tensor, int task, long first, Span<double> values)
    {
        if (tensor.Tasks[task] is not { } part)
        {
            values.Clear();
            return;
        }

        TensorConverter.Decode(part.DType, ReadBytes(task + 1, part, first, values.Length), values);
        if (!_plan.Inputs[task + 1].IsVector)
        {
            TensorConverter.MultiplyAdd(DType.F64, MemoryMarshal.AsBytes(_base.AsSpan(0, values.Length)), -1, values);
        }
    }

    private ReadOnlySpan<byte> ReadBytes(int input, TensorInfo tensor, long first, int count)
    {
        int size = tensor.DType.BitSize() / 8;
        Span<byte> bytes = _bytes.AsSpan(0, count * size);
        ICheckpointReader reader = _readers[input];
        reader.Read(tensor, first * size, bytes);
        return bytes;
    }
}
