using System.Buffers;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;

namespace TaskVectors.Decomposition;

/// <summary>The files of all parts: those of the shared parts by task, then those of the unique parts.</summary>
internal sealed class PartFiles : IDisposable
{
    private readonly DecompositionPlan _plan;
    private readonly OutputFiles _output;
    private readonly Dictionary<string, PlacedTensor>[] _places;

    public PartFiles(DecompositionPlan plan, string folder)
    {
        _plan = plan;
        _output = new OutputFiles(folder, plan.Files);
        _places = [.. plan.Files.Select(file => file.Tensors.ToDictionary(placed => placed.Tensor.Name, StringComparer.Ordinal))];
    }

    public OutputFiles Output => _output;

    public int Count => _places.Length;

    public PartTensor BeginShared(string tensor, int task) => Begin(tensor, task);

    public PartTensor BeginUnique(string tensor, int task) => Begin(tensor, _plan.TaskCount + task);

    public bool Contains(string tensor, int file) => _places[file].ContainsKey(tensor);

    /// <summary>Whether what is on disk has the recorded hashes.</summary>
    public bool IsWritten(FinishedTensor tensor) =>
        tensor.Hashes.Count == Count && Enumerable.Range(0, Count).All(file => tensor.Hashes[file] == HashOnDisk(tensor.Name, file));

    public void Dispose() => _output.Dispose();

    private PartTensor Begin(string tensor, int file) => new(_output, file, _places[file][tensor].Offset, _plan.Options.Digest);

    private string? HashOnDisk(string tensor, int file)
    {
        if (!_places[file].TryGetValue(tensor, out PlacedTensor placed))
        {
            return null;
        }

        const int pieceBytes = 1 << 20;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(pieceBytes);
        try
        {
            using Digest digest = Digest.Create(_plan.Options.Digest);
            for (long offset = 0; offset < placed.Tensor.ByteCount; offset += pieceBytes)
            {
                Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(pieceBytes, placed.Tensor.ByteCount - offset));
                _output.Read(file, placed.Offset + offset, piece);
                digest.Append(piece);
            }

            return digest.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
