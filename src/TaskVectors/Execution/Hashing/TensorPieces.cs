namespace TaskVectors.Execution.Hashing;

/// <summary>
/// The hash of a tensor whose pieces arrive in any order and from any thread: each piece of <see cref="PieceBytes"/> is hashed by itself,
/// and the tensor's hash is that of the hashes of its pieces, in order.
/// </summary>
internal sealed class TensorPieces
{
    /// <summary>The bytes of a piece; the last one of a tensor may be shorter. A tile of any element type is a whole number of them.</summary>
    public const int PieceBytes = 8 * 1024;

    private readonly DigestAlgorithm _algorithm;
    private readonly byte[] _hashes;
    private readonly int _hashBytes;

    public TensorPieces(DigestAlgorithm algorithm, long byteCount)
    {
        _algorithm = algorithm;
        _hashBytes = Digest.ByteLength(algorithm);
        _hashes = new byte[checked((byteCount + PieceBytes - 1) / PieceBytes * _hashBytes)];
    }

    /// <summary>Hashes a run of bytes that begins at a whole piece and ends at one or at the tensor's end. Safe for concurrent calls with different runs.</summary>
    public void Record(long byteOffset, ReadOnlySpan<byte> bytes)
    {
        int slot = checked((int)(byteOffset / PieceBytes * _hashBytes));
        for (int first = 0; first < bytes.Length; first += PieceBytes, slot += _hashBytes)
        {
            Digest.Hash(_algorithm, bytes.Slice(first, Math.Min(PieceBytes, bytes.Length - first)), _hashes.AsSpan(slot, _hashBytes));
        }
    }

    /// <summary>The hash of the tensor, once every piece has been recorded.</summary>
    public string Finish() => Digest.Of(_algorithm, _hashes);
}
