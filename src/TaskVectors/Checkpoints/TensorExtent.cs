namespace TaskVectors.Checkpoints;

/// <summary>Where the bytes of a tensor lie on disk, as they are: a run of bytes in one file.</summary>
/// <param name="File">The full path of the file.</param>
/// <param name="Offset">The offset of the first byte from the start of the file.</param>
/// <param name="Length">The number of bytes.</param>
public readonly record struct TensorExtent(string File, long Offset, long Length);
