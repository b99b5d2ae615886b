using System.Buffers;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Planning;

/// <summary>Compares tensors byte by byte, without holding more than a piece of each.</summary>
internal static class StoredBytes
{
    private const int Piece = 256 * 1024;

    public static bool AreEqual(ICheckpointReader left, TensorInfo leftTensor, ICheckpointReader right, TensorInfo rightTensor)
    {
        if (leftTensor.ByteCount != rightTensor.ByteCount)
        {
            return false;
        }

        byte[] leftBuffer = ArrayPool<byte>.Shared.Rent(Piece);
        byte[] rightBuffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            bool equal = true;
            for (long offset = 0; equal && offset < leftTensor.ByteCount; offset += Piece)
            {
                int length = (int)Math.Min(Piece, leftTensor.ByteCount - offset);
                left.Read(leftTensor, offset, leftBuffer.AsSpan(0, length));
                right.Read(rightTensor, offset, rightBuffer.AsSpan(0, length));
                equal = leftBuffer.AsSpan(0, length).SequenceEqual(rightBuffer.AsSpan(0, length));
            }

            return equal;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(leftBuffer);
            ArrayPool<byte>.Shared.Return(rightBuffer);
        }
    }
}
