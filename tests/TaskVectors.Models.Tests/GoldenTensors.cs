using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Tests;

/// <summary>The tensors of a reference file.</summary>
internal sealed class GoldenTensors(string path)
{
    private readonly CheckpointSource _source = Checkpoint.Open(path).Base;

    public IEnumerable<TensorInfo> All => _source.Tensors;

    public bool Has(string name) => _source.TryGetTensor(name, out _);

    public TensorInfo Info(string name) =>
        _source.TryGetTensor(name, out TensorInfo? tensor) ? tensor : throw new InvalidOperationException($"{path} has no tensor {name}.");

    public double[] Numbers(string name)
    {
        TensorInfo tensor = Info(name);
        byte[] bytes = Bytes(tensor);
        double[] numbers = new double[tensor.Shape.ElementCount];
        if (tensor.DType == DType.I64)
        {
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = BitConverter.ToInt64(bytes, i * sizeof(long));
            }
        }
        else if (tensor.DType is DType.Bool or DType.U8)
        {
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = bytes[i];
            }
        }
        else
        {
            TensorConverter.Decode(tensor.DType, bytes, numbers);
        }

        return numbers;
    }

    public Tensor Tensor(ComputeContext context, string name) =>
        context.Create(Array.ConvertAll(Numbers(name), number => (float)number), Info(name).Shape.Dimensions);

    public IndexTensor Indices(string name) => new(Array.ConvertAll(Numbers(name), number => (int)number), Info(name).Shape.Dimensions);

    private byte[] Bytes(TensorInfo tensor)
    {
        byte[] bytes = new byte[tensor.ByteCount];
        using ICheckpointReader reader = _source.OpenReader();
        reader.Read(tensor, 0, bytes);
        return bytes;
    }
}
