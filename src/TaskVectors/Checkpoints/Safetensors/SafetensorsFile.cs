using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// Writes whole files whose values are in memory. What does not fit goes through <see cref="SafetensorsWriter"/>, or <see cref="SafetensorsLayout"/>.
/// </summary>
public static class SafetensorsFile
{
    /// <summary>
    /// Writes one file in canonical form: to a temporary file in the same folder, flushed to disk and then renamed, so that nobody
    /// sees half a file. An existing file is replaced.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors and their values: little-endian, row-major; in any order.</param>
    /// <param name="metadata">The <c>__metadata__</c>, or <see langword="null"/> for none.</param>
    /// <exception cref="ArgumentException">The values of a tensor have another size than its dtype and shape say.</exception>
    /// <exception cref="SafetensorsException">A name is there twice or may not be written, or a size is impossible.</exception>
    /// <exception cref="StorageException">Writing failed; no temporary file is left.</exception>
    public static void Write(
        string path,
        IEnumerable<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        var given = tensors.ToArray();
        using var writer = new SafetensorsWriter(path, given.Select(pair => pair.Tensor), metadata);
        foreach (var (tensor, values) in given)
        {
            writer.Write(tensor.Name, values.Span);
        }

        writer.Seal();
    }
}
