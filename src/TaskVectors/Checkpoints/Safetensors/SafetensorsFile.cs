using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// Writes whole files whose values are in memory. What does not fit in memory goes through <see cref="SafetensorsLayout"/>.
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
        foreach (var (tensor, values) in given)
        {
            ThrowIfWrongSize(path, tensor, values);
        }

        var layout = SafetensorsLayout.Plan(
            given.Select(pair => pair.Tensor),
            metadata ?? new Dictionary<string, string>(StringComparer.Ordinal),
            long.MaxValue,
            Path.GetFileNameWithoutExtension(path))[0];
        var byName = given.ToDictionary(pair => pair.Tensor.Name, pair => pair.Values, StringComparer.Ordinal);
        WriteAndRename(Path.GetFullPath(path), layout, byName);
    }

    private static void ThrowIfWrongSize(string path, TensorInfo tensor, ReadOnlyMemory<byte> values)
    {
        long needed = SafetensorsValidation.ByteCount(tensor.Name, tensor.DType, tensor.Shape, path);
        if (values.Length != needed)
        {
            throw new ArgumentException(
                $"Tensor {QuotedName.Of(tensor.Name)} of shape {tensor.Shape} and dtype {tensor.DType.Name()} takes {needed} bytes; "
                + $"{values.Length} are given.");
        }
    }

    private static void WriteAndRename(string path, SafetensorsFileLayout layout, Dictionary<string, ReadOnlyMemory<byte>> values)
    {
        string temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.partial");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(layout.Header.Span);
                foreach (var (tensor, _) in layout.Tensors)
                {
                    stream.Write(values[tensor.Name].Span);
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DeleteQuietly(temporary);
            throw new StorageException(path, $"{path} cannot be written: {e.Message}", e);
        }
    }

    private static void DeleteQuietly(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is the one to report.
        }
    }
}
