using System.Runtime.InteropServices;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
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
        PlannedTensor tensor = Find(name);
        if (destination.Length != tensor.Output.Shape.ElementCount)
        {
            throw new ArgumentException(
                $"The tensor {QuotedName.Of(name)} has {tensor.Output.Shape.ElementCount} elements, not {destination.Length}.", nameof(destination));
        }

        ValueBlock block = new(tensor, _readers, Math.Min(BlockElements, destination.Length));
        for (int first = 0; first < destination.Length; first += BlockElements)
        {
            block.Compute(first, destination.Slice(first, Math.Min(BlockElements, destination.Length - first)));
        }
    }

    /// <summary>As <see cref="Read"/>, in the tensor's own dtype: the bytes that would be in the file.</summary>
    /// <param name="name">The name of one of <see cref="Tensors"/>.</param>
    /// <param name="destination">Receives every element, little-endian, in row-major order.</param>
    /// <exception cref="ArgumentException">There is no such tensor, it has another number of bytes, or its dtype takes no part in arithmetic.</exception>
    /// <exception cref="TaskVectorsException">Reading failed.</exception>
    public void ReadEncoded(string name, Span<byte> destination)
    {
        PlannedTensor tensor = Find(name);
        if (destination.Length != tensor.Output.ByteCount)
        {
            throw new ArgumentException($"The tensor {QuotedName.Of(name)} has {tensor.Output.ByteCount} bytes, not {destination.Length}.", nameof(destination));
        }

        int size = tensor.Output.DType.BitSize() / 8;
        ValueBlock block = new(tensor, _readers, Math.Min(BlockElements, destination.Length / size));
        for (int first = 0; first < destination.Length; first += BlockElements * size)
        {
            block.Encode(first / size, destination.Slice(first, Math.Min(BlockElements * size, destination.Length - first)));
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _readers.Dispose();

    private PlannedTensor Find(string name) => _tensors.TryGetValue(name, out PlannedTensor? tensor) && tensor.Output.DType.IsArithmetic()
        ? tensor
        : throw new ArgumentException($"There is no tensor {QuotedName.Of(name)} of numbers.", nameof(name));

    /// <summary>Computes a tensor block by block.</summary>
    private sealed class ValueBlock
    {
        private readonly PlannedTensor _tensor;
        private readonly InputReaders _readers;
        private readonly TileBuffers _buffers;
        private readonly double[] _sum;
        private readonly byte[] _rounded;

        public ValueBlock(PlannedTensor tensor, InputReaders readers, int elements)
        {
            // A term that an edit reads only to measure itself by is not read here.
            _tensor = tensor.Terms.Length > 1 ? tensor with { Terms = [.. tensor.Terms.Where(term => term.Coefficient != 0)] } : tensor;
            _readers = readers;
            _buffers = new TileBuffers(_tensor.Terms.Length, elements * sizeof(double));
            _sum = new double[IsDecoded ? 0 : elements];
            _rounded = new byte[_sum.Length * sizeof(double)];
        }

        /// <summary>Whether the values are those of one input, widened without loss.</summary>
        private bool IsDecoded => _tensor.Operation == TensorOperation.Copy
            || (_tensor.Terms is [{ Coefficient: 1, Tensor.DType: not DType.F64 }] && _tensor.Output.DType == DType.F32);

        public void Compute(int first, Span<float> target)
        {
            ReadTerms(first, target.Length);
            if (IsDecoded)
            {
                DType stored = _tensor.Terms[0].Tensor.DType;
                TensorConverter.Decode(stored, _buffers[0][..(target.Length * stored.BitSize() / 8)], target);
                return;
            }

            Span<byte> rounded = _rounded.AsSpan(0, target.Length * _tensor.Output.DType.BitSize() / 8);
            Sum(target.Length, rounded);
            TensorConverter.Decode(_tensor.Output.DType, rounded, target);
        }

        public void Encode(int first, Span<byte> target)
        {
            int count = target.Length / (_tensor.Output.DType.BitSize() / 8);
            ReadTerms(first, count);
            if (!IsDecoded)
            {
                Sum(count, target);
                return;
            }

            DType stored = _tensor.Terms[0].Tensor.DType;
            Span<byte> bytes = _buffers[0][..(count * stored.BitSize() / 8)];
            if (stored == _tensor.Output.DType)
            {
                bytes.CopyTo(target);
            }
            else
            {
                // Only F32 is decoded from another dtype.
                TensorConverter.Decode(stored, bytes, MemoryMarshal.Cast<byte, float>(target));
            }
        }

        private void ReadTerms(int first, int count)
        {
            for (int index = 0; index < _tensor.Terms.Length; index++)
            {
                PlannedTerm term = _tensor.Terms[index];
                int size = term.Tensor.DType.BitSize() / 8;
                _readers[term.Input].Read(term.Tensor, (long)first * size, _buffers[index][..(count * size)]);
            }
        }

        private void Sum(int count, Span<byte> rounded)
        {
            Span<double> sum = _sum.AsSpan(0, count);
            TermSum.Compute(_tensor.Terms, _buffers, 0, sum);
            _ = TensorConverter.EncodeMeasured(_tensor.Output.DType, _tensor.Precision, sum, default, rounded);
        }
    }
}
