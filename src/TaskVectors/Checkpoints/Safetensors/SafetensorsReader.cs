using System.Globalization;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>Reads weights of a <see cref="SafetensorsSource"/> by positional reads; every file is open from the start.</summary>
internal sealed class SafetensorsReader : ICheckpointReader
{
    private readonly SafetensorsSource _source;
    private readonly InputFile[] _files;

    /// <summary>Opens the files, and checks that each still has the size it had when its header was read.</summary>
    public SafetensorsReader(SafetensorsSource source)
    {
        _source = source;
        _files = new InputFile[source.Files.Count];
        try
        {
            for (int i = 0; i < _files.Length; i++)
            {
                _files[i] = Open(source.Files[i]);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Read(TensorInfo tensor, long byteOffset, Span<byte> destination)
    {
        var (shard, offset, length) = _source.Locate(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(byteOffset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(byteOffset, length - destination.Length);
        if (_files[shard].Read(offset + byteOffset, destination) < destination.Length)
        {
            throw new SafetensorsException(
                SafetensorsError.ChangedSinceOpened,
                _files[shard].Path,
                $"the file has changed since it was opened: it now ends before or within tensor {QuotedName.Of(tensor.Name)}.",
                tensor.Name);
        }
    }

    /// <inheritdoc/>
    public TensorExtent? Locate(TensorInfo tensor)
    {
        var (shard, offset, length) = _source.Locate(tensor);
        return new TensorExtent(_files[shard].Path, offset, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file?.Dispose();
        }
    }

    private static InputFile Open(StoredFile stored)
    {
        if (!InputFile.Exists(stored.Path))
        {
            throw new SafetensorsException(
                SafetensorsError.ChangedSinceOpened, stored.Path, "the file has changed since it was opened: it is gone.");
        }

        var file = InputFile.Open(stored.Path);
        if (file.Length == stored.Length)
        {
            return file;
        }

        file.Dispose();
        throw new SafetensorsException(SafetensorsError.ChangedSinceOpened, stored.Path, string.Create(
            CultureInfo.InvariantCulture,
            $"the file has changed since it was opened: it had {stored.Length} bytes and now has {file.Length}."));
    }
}
