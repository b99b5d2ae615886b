using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// Writes one file in canonical form, tensor by tensor in any order: to a temporary file in the same folder, flushed to disk and then renamed, so that nobody
/// sees half a file.
/// </summary>
public sealed class SafetensorsWriter : IDisposable
{
    private const int PieceElements = 1 << 16;

    private readonly Dictionary<string, PlacedTensor> _places;
    private readonly PartialFile _file;

    /// <summary>Begins a file. An existing one stays until this one is sealed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors, in any order; those that are not written are zero.</param>
    /// <param name="metadata">The <c>__metadata__</c>, or <see langword="null"/> for none.</param>
    /// <exception cref="SafetensorsException">A name is there twice or may not be written, or a size is impossible.</exception>
    /// <exception cref="StorageException">Writing failed.</exception>
    public SafetensorsWriter(string path, IEnumerable<TensorInfo> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafetensorsFileLayout layout = SafetensorsLayout.Plan(
            tensors, metadata ?? new Dictionary<string, string>(StringComparer.Ordinal), long.MaxValue, Path.GetFileNameWithoutExtension(path))[0];
        _places = layout.Tensors.ToDictionary(placed => placed.Tensor.Name, StringComparer.Ordinal);
        _file = new PartialFile(path);
        try
        {
            _file.SetLength(layout.Length);
            _file.Write(0, layout.Header.Span);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Writes the values of a tensor, little-endian and row-major.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="values">All of its bytes.</param>
    /// <exception cref="ArgumentException">There is no such tensor, or it has another size.</exception>
    /// <exception cref="StorageException">Writing failed.</exception>
    public void Write(string tensor, ReadOnlySpan<byte> values)
    {
        PlacedTensor placed = Place(tensor, tensor => tensor.ByteCount, values.Length, "bytes");
        _file.Write(placed.Offset, values);
    }

    /// <summary>Writes the values of a tensor, each rounded to its dtype, to nearest even.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="values">All of its values, row-major.</param>
    /// <exception cref="ArgumentException">There is no such tensor, it has another size, or takes no part in arithmetic.</exception>
    /// <exception cref="StorageException">Writing failed.</exception>
    public void Write(string tensor, ReadOnlySpan<double> values)
    {
        PlacedTensor placed = Place(tensor, tensor => tensor.ElementCount, values.Length, "values");
        int size = placed.Tensor.DType.BitSize() / 8;
        byte[] room = new byte[Math.Min(PieceElements, values.Length) * size];
        for (int first = 0; first < values.Length; first += PieceElements)
        {
            ReadOnlySpan<double> piece = values.Slice(first, Math.Min(PieceElements, values.Length - first));
            Span<byte> bytes = room.AsSpan(0, piece.Length * size);
            _ = TensorConverter.Encode(placed.Tensor.DType, piece, bytes);
            _file.Write(placed.Offset + ((long)first * size), bytes);
        }
    }

    /// <summary>Gives the file its name, in place of what has it.</summary>
    /// <exception cref="StorageException">Writing failed.</exception>
    public void Seal() => _file.Seal();

    /// <summary>Removes a file that has not been sealed.</summary>
    public void Dispose() => _file.Dispose();

    private PlacedTensor Place(string name, Func<TensorInfo, long> sizeOf, int given, string unit)
    {
        ArgumentNullException.ThrowIfNull(name);
        PlacedTensor placed = _places.TryGetValue(name, out PlacedTensor found) ? found : throw new ArgumentException($"The file has no tensor {QuotedName.Of(name)}.", nameof(name));
        long needed = sizeOf(placed.Tensor);
        return needed == given
            ? placed
            : throw new ArgumentException($"Tensor {QuotedName.Of(name)} of shape {placed.Tensor.Shape} and dtype {placed.Tensor.DType.Name()} takes {needed} {unit}; {given} are given.", nameof(name));
    }
}
