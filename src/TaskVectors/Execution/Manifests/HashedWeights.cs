using System.Buffers;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Hashing;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Manifests;

/// <summary>The hashes of a file of weights that is on disk.</summary>
/// <param name="Tensors">Its tensors in file order, each with its hash.</param>
/// <param name="Hash">That of the file (see <see cref="ManifestFile.Hash"/>).</param>
internal sealed record HashedWeights(IReadOnlyList<(TensorInfo Tensor, string Hash)> Tensors, string Hash)
{
    private const int Piece = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; an adapter's too is taken by what it holds, not by what it means.</param>
    /// <param name="algorithm">How it is hashed.</param>
    /// <param name="advance">Told of bytes read, and of which tensor.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="TaskVectorsException">It is no safetensors file, or cannot be read.</exception>
    public static HashedWeights Read(string path, DigestAlgorithm algorithm, Action<long, string>? advance = null, CancellationToken cancellationToken = default)
    {
        CheckpointSource source = new SafetensorsFormat().Open(path);
        using ICheckpointReader reader = source.OpenReader();
        (TensorInfo Tensor, string Hash)[] tensors = [.. source.Tensors.Select(tensor => (tensor, HashOf(reader, tensor, algorithm, advance, cancellationToken)))];
        byte[] header = new byte[SafetensorsHeader.Read(path).DataStart];
        using FileStream stream = File.OpenRead(path);
        stream.ReadExactly(header);
        return new HashedWeights(tensors, ManifestBuilder.WeightFileHash(algorithm, header, tensors.Select(tensor => tensor.Hash)));
    }

    private static string HashOf(ICheckpointReader reader, TensorInfo tensor, DigestAlgorithm algorithm, Action<long, string>? advance, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            using var digest = new TensorDigest(algorithm);
            for (long offset = 0; offset < tensor.ByteCount; offset += Piece)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(Piece, tensor.ByteCount - offset));
                reader.Read(tensor, offset, piece);
                digest.Append(piece);
                advance?.Invoke(piece.Length, tensor.Name);
            }

            return digest.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
