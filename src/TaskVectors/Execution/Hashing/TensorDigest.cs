namespace TaskVectors.Execution.Hashing;

/// <summary>The hash of a tensor that is read or written front to back; the same as that of <see cref="TensorPieces"/>.</summary>
internal sealed class TensorDigest(DigestAlgorithm algorithm) : IDisposable
{
    private readonly Digest _tensor = Digest.Create(algorithm);
    private readonly byte[] _piece = new byte[TensorPieces.PieceBytes];
    private readonly byte[] _hash = new byte[Digest.ByteLength(algorithm)];
    private int _held;

    /// <summary>Appends bytes of any number.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int taken = Math.Min(bytes.Length, _piece.Length - _held);
            if (taken == _piece.Length)
            {
                AppendPiece(bytes[..taken]);
            }
            else
            {
                Hold(bytes[..taken]);
            }

            bytes = bytes[taken..];
        }
    }

    /// <summary>The hash of the tensor.</summary>
    public string Finish()
    {
        if (_held > 0)
        {
            AppendPiece(_piece.AsSpan(0, _held));
            _held = 0;
        }

        return _tensor.Finish();
    }

    public void Dispose() => _tensor.Dispose();

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_piece.AsSpan(_held));
        _held += bytes.Length;
        if (_held == _piece.Length)
        {
            AppendPiece(_piece);
            _held = 0;
        }
    }

    private void AppendPiece(ReadOnlySpan<byte> piece)
    {
        Digest.Hash(algorithm, piece, _hash);
        _tensor.Append(_hash);
    }
}
