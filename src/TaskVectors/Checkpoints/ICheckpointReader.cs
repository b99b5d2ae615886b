using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints;

/// <summary>
/// Reads weights from storage: the narrow waist between formats and everything that computes. Safe for concurrent calls.
/// </summary>
public interface ICheckpointReader : IDisposable
{
    /// <summary>Reads part of a tensor's values in its own dtype, little-endian, row-major.</summary>
    /// <param name="tensor">A tensor of the source that opened this reader.</param>
    /// <param name="byteOffset">The offset of the first byte wanted within the tensor.</param>
    /// <param name="destination">Filled completely.</param>
    /// <exception cref="TaskVectorsException">Reading failed, or the file has become shorter than its header says.</exception>
    void Read(TensorInfo tensor, long byteOffset, Span<byte> destination);

    /// <summary>
    /// Where the tensor's bytes lie on disk exactly as <see cref="Read"/> gives them, or <see langword="null"/> where they are computed.
    /// </summary>
    TensorExtent? Locate(TensorInfo tensor);
}
