using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Execution;

/// <summary>
/// The values of a checkpoint, or of an edit that has not been written, one tensor at a time: what would be in the file if it were saved,
/// rounded to the dtype of each tensor and widened to F32. Safe for use from several threads but for <see cref="Dispose"/>.
/// </summary>
public sealed class CheckpointValues : IDisposable
{
    private const int BlockElements = 1 << 16;

    private readonly InputReaders _readers;
    private readonly Dictionary<string, PlannedTensor> _tensors;

    private CheckpointValues(IReadOnlyList<PlannedInput> inputs, IReadOnlyList<PlannedTensor> tensors)
    {
        _readers = new InputReaders(inputs.Select(input => input.Source));
        _tensors = tensors.ToDictionary(tensor => tensor.Output.Name, StringComparer.Ordinal);
        Tensors = [.. tensors.Select(tensor => tensor.Output)];
    }

    /// <summary>The tensors, in storage order; those of a task vector that no term touches are left out, as they are zero.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>Opens the values of a checkpoint. All errors of the edit come here, before a weight is read.</summary>
    /// <param name="checkpoint">A stored checkpoint or an edit.</param>
    /// <param name="options">What applies to the edit; output options have no meaning here.</param>
    /// <exception cref="TaskVectorsException">The edit cannot be made; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public static CheckpointValues Open(Checkpoint checkpoint, EditOptions? options = null)
    {
        (IReadOnlyList<PlannedInput> inputs, IReadOnlyList<PlannedTensor> tensors) = EditPlanner.Bind(checkpoint, options ?? EditOptions.Default);
        return new CheckpointValues(inputs, tensors);
    }

    /// <summary>Opens the values of a task vector.</summary>
    /// <param name="vector">A stored task vector or a combination of some.</param>
    /// <param name="options">What applies to the edit; output options have no meaning here.</param>
    /// <exception cref="TaskVectorsException">The vector cannot be made; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public static CheckpointValues Open(TaskVector vector, EditOptions? options = null)
    {
        (IReadOnlyList<PlannedInput> inputs, IReadOnlyList<PlannedTensor> tensors) = EditPlanner.Bind(vector, options ?? EditOptions.Default);
        return new CheckpointValues(inputs, tensors);
    }

    /// <summary>Computes the values of a tensor.</summary>
    /// <param name="name">The name of one of <see cref="Tensors"/>.</param>
    /// <param name="destination">Receives every element, in row-major order.</param>
    /// <exception cref="ArgumentException">There is no such tensor, it has another number of elements, or its dtype takes no part in arithmetic.</exception>
    /// <exception cref="TaskVectorsException">Reading failed.</exception>
    public void Read(string name, Span<float> destination)
    {
        if (!_tensors.TryGetValue(name, out PlannedTensor? tensor) || !tensor.Output.DType.IsArithmetic())
        {
            throw new ArgumentException($"There is no tensor {QuotedName.Of(name)} of numbers.", nameof(name));
        }

        if (destination.Length != tensor.Output.Shape.ElementCount)
        {
            throw new ArgumentException(
                $"The tensor {QuotedName.Of(name)} has {tensor.Output.Shape.ElementCount} elements, not {destination.Length}.", nameof(destination));
        }

        int block = Math.Min(BlockElements, destination.Length);
        TileBuffers buffers = new(tensor.Terms.Length, block * sizeof(double));
        double[] sum = new double[tensor.Operation == TensorOperation.Copy ? 0 : block];
        byte[] rounded = new byte[sum.Length * sizeof(double)];
        for (int first = 0; first < destination.Length; first += block)
        {
            Span<float> target = destination.Slice(first, Math.Min(block, destination.Length - first));
            ReadTerms(tensor, buffers, first, target.Length);
            int length = target.Length * tensor.Output.DType.BitSize() / 8;
            if (tensor.Operation == TensorOperation.Copy)
            {
                TensorConverter.Decode(tensor.Output.DType, buffers[0][..length], target);
                continue;
            }

            TermSum.Compute(tensor.Terms, buffers, 0, sum.AsSpan(0, target.Length));
            _ = TensorConverter.EncodeMeasured(tensor.Output.DType, tensor.Precision, sum.AsSpan(0, target.Length), default, rounded.AsSpan(0, length));
            TensorConverter.Decode(tensor.Output.DType, rounded.AsSpan(0, length), target);
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _readers.Dispose();

    private void ReadTerms(PlannedTensor tensor, TileBuffers buffers, int first, int count)
    {
        for (int index = 0; index < tensor.Terms.Length; index++)
        {
            PlannedTerm term = tensor.Terms[index];
            int size = term.Tensor.DType.BitSize() / 8;
            _readers[term.Input].Read(term.Tensor, (long)first * size, buffers[index][..(count * size)]);
        }
    }
}
