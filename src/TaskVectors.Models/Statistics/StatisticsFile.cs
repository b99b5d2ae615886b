using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Statistics;

/// <summary>A file of statistics that is written tensor by tensor: to a temporary file beside it, which takes its name when it is whole.</summary>
internal sealed class StatisticsFile : IDisposable
{
    private const int PieceElements = 1 << 16;

    private readonly string _path;
    private readonly string _temporary;
    private readonly Dictionary<string, PlacedTensor> _places;
    private readonly FileStream _stream;
    private bool _isSealed;

    public StatisticsFile(string path, IEnumerable<TensorInfo> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        _path = Path.GetFullPath(path);
        _temporary = Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}.{Guid.NewGuid():N}.partial");
        SafetensorsFileLayout layout = SafetensorsLayout.Plan(tensors, metadata, long.MaxValue, Path.GetFileNameWithoutExtension(_path))[0];
        _places = layout.Tensors.ToDictionary(placed => placed.Tensor.Name, StringComparer.Ordinal);
        _stream = Guarded(() =>
        {
            var stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            stream.Write(layout.Header.Span);
            stream.SetLength(layout.Length);
            return stream;
        });
    }

    /// <summary>Writes the values of a tensor.</summary>
    public void Write(string name, ReadOnlySpan<double> values)
    {
        (TensorInfo tensor, long offset) = _places[name];
        int size = tensor.DType.BitSize() / 8;
        byte[] piece = new byte[Math.Min(PieceElements, Math.Max(1, values.Length)) * size];
        _stream.Position = offset;
        for (int first = 0; first < values.Length; first += PieceElements)
        {
            int count = Math.Min(PieceElements, values.Length - first);
            _ = TensorConverter.Encode(tensor.DType, values.Slice(first, count), piece.AsSpan(0, count * size));
            _ = Guarded(() =>
            {
                _stream.Write(piece, 0, count * size);
                return true;
            });
        }
    }

    /// <summary>Gives the file its name.</summary>
    public void Seal() => _ = Guarded(() =>
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_temporary, _path, overwrite: true);
        return _isSealed = true;
    });

    public void Dispose()
    {
        _stream.Dispose();
        if (_isSealed)
        {
            return;
        }

        try
        {
            File.Delete(_temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What led here is the error to report.
        }
    }

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(_path, $"{_path} cannot be written: {failure.Message}", failure);
        }
    }
}
