using System.Buffers;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Outputs;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition.Parts;

/// <summary>The files of all parts: those of the shared parts by task, then those of the unique parts.</summary>
internal sealed class PartFiles : IDisposable
{
    private const int PieceBytes = 1 << 20;

    private readonly DecompositionPlan _plan;
    private readonly OutputFiles _output;
    private readonly Dictionary<string, PlacedTensor>[] _places;

    public PartFiles(DecompositionPlan plan, string folder)
    {
        _plan = plan;
        _output = new OutputFiles(folder, [.. plan.Parts.Select(part => part.Layout)]);
        _places = [.. plan.Parts.Select(part => part.Layout.Tensors.ToDictionary(placed => placed.Tensor.Name, StringComparer.Ordinal))];
    }

    public OutputFiles Output => _output;

    public int Count => _places.Length;

    /// <summary>Begins to write a tensor of a dense part.</summary>
    public PartTensor Begin(string tensor, int part) => new(_output, part, _places[part][tensor].Offset, _plan.Options.Digest);

    /// <summary>Writes a tensor of an adapter: factors in the layout of the tensor, of at most the planned rank.</summary>
    public FactorRecord Write(string tensor, int part, LowRankFactors factors)
    {
        AdapterModule module = Module(tensor, part, factors.Rank, factors.Scale);
        LowRankFactors oriented = module.Oriented(factors);
        return new FactorRecord(
            factors.Rank,
            factors.Scale,
            Write(part, module.TensorOfA(DType.F32), oriented.A),
            Write(part, module.TensorOfB(DType.F32), oriented.B));
    }

    /// <summary>The module of a tensor with the rank and scale that were written.</summary>
    public AdapterModule Module(string tensor, int part, int rank, double scale) =>
        _plan.Parts[part].Modules[tensor] with { Rank = rank, Scale = scale };

    /// <summary>Reads back a tensor that was written, piece by piece.</summary>
    public void Read(int part, TensorInfo tensor, Action<ReadOnlySpan<byte>> consume)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            long start = _places[part][tensor.Name].Offset;
            for (long offset = 0; offset < tensor.ByteCount; offset += PieceBytes)
            {
                Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(PieceBytes, tensor.ByteCount - offset));
                _output.Read(part, start + offset, piece);
                consume(piece);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether what is on disk has the recorded hashes.</summary>
    public bool IsWritten(FinishedTensor tensor) =>
        tensor.Hashes.Count == Count
        && (tensor.Factors is null || tensor.Factors.Count == Count)
        && Enumerable.Range(0, Count).All(part => IsWritten(tensor, part));

    public void Dispose() => _output.Dispose();

    private bool IsWritten(FinishedTensor tensor, int part)
    {
        if (tensor.Factors?[part] is not { } factors)
        {
            return _plan.Parts[part].IsLowRank
                ? !_plan.Parts[part].Contains(tensor.Name)
                : tensor.Hashes[part] == (_places[part].TryGetValue(tensor.Name, out PlacedTensor placed) ? Hash(part, placed.Tensor) : null);
        }

        if (!_plan.Parts[part].Modules.TryGetValue(tensor.Name, out AdapterModule? planned) || factors.Rank < 1 || factors.Rank > planned.Rank)
        {
            return false;
        }

        AdapterModule module = planned with { Rank = factors.Rank, Scale = factors.Scale };
        return Hash(part, module.TensorOfA(DType.F32)) == factors.HashOfA && Hash(part, module.TensorOfB(DType.F32)) == factors.HashOfB;
    }

    private string Hash(int part, TensorInfo tensor)
    {
        using var digest = new TensorDigest(_plan.Options.Digest);
        Read(part, tensor, digest.Append);
        return digest.Finish();
    }

    private string Write(int part, TensorInfo tensor, ReadOnlySpan<double> values)
    {
        using PartTensor written = Begin(tensor.Name, part);
        for (int first = 0; first < values.Length; first += WorkingMemory.TileElements)
        {
            written.Append(values.Slice(first, Math.Min(WorkingMemory.TileElements, values.Length - first)));
        }

        return written.Finish();
    }
}
