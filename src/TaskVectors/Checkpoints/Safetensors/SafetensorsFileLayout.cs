using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>One file to be written, known to the byte before any weight is: its header, and where each tensor goes. Immutable.</summary>
public sealed class SafetensorsFileLayout
{
    private SafetensorsFileLayout(string fileName, ReadOnlyMemory<byte> header, IReadOnlyList<PlacedTensor> tensors, long dataLength)
    {
        FileName = fileName;
        Header = header;
        Tensors = tensors;
        DataLength = dataLength;
    }

    /// <summary>The name of the file, without a folder.</summary>
    public string FileName { get; }

    /// <summary>
    /// What goes in front of the values: 8 bytes of length, JSON, and blanks up to a multiple of
    /// <see cref="SafetensorsConstants.DataAlignment"/>.
    /// </summary>
    public ReadOnlyMemory<byte> Header { get; }

    /// <summary>The tensors in the order of their values, with offsets from the start of the file.</summary>
    public IReadOnlyList<PlacedTensor> Tensors { get; }

    /// <summary>The bytes of all values.</summary>
    public long DataLength { get; }

    /// <summary>The size of the whole file in bytes.</summary>
    public long Length => Header.Length + DataLength;

    /// <summary>Encodes the header once more, with other metadata: for values such as hashes that are known only at the end.</summary>
    /// <param name="metadata">The metadata in place of those planned.</param>
    /// <returns>A header of the same length as <see cref="Header"/>.</returns>
    /// <exception cref="ArgumentException">The header's length would change, and with it every offset.</exception>
    public ReadOnlyMemory<byte> EncodeHeader(IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        byte[] header = Encode(FileName, [.. Tensors.Select(placed => placed.Tensor)], metadata);
        return header.Length == Header.Length
            ? header
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"With these metadata the header of {FileName} takes {header.Length} bytes in place of {Header.Length}; ")
                + "keep values at their length.");
    }

    /// <summary>Lays out one file.</summary>
    /// <param name="fileName">The name of the file.</param>
    /// <param name="tensors">The tensors, in the order in which their values are to lie.</param>
    /// <param name="metadata">The metadata.</param>
    internal static SafetensorsFileLayout Create(
        string fileName, IReadOnlyList<TensorInfo> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        byte[] header = Encode(fileName, tensors, metadata);
        var placed = new PlacedTensor[tensors.Count];
        long offset = header.Length;
        for (int i = 0; i < placed.Length; i++)
        {
            placed[i] = new PlacedTensor(tensors[i], offset);
            offset = checked(offset + tensors[i].ByteCount);
        }

        return new SafetensorsFileLayout(fileName, header, placed, offset - header.Length);
    }

    private static byte[] Encode(string fileName, IReadOnlyList<TensorInfo> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        json.Write(stackalloc byte[SafetensorsConstants.LengthBytes]);
        json.Write("{"u8);
        string separator = "";
        if (metadata.Count > 0)
        {
            WriteMetadata(json, metadata);
            separator = ",";
        }

        long offset = 0;
        foreach (var tensor in tensors)
        {
            json.Write(separator.Length > 0 ? ","u8 : ""u8);
            separator = ",";
            WriteTensor(json, tensor, offset);
            offset = checked(offset + tensor.ByteCount);
        }

        json.Write("}"u8);
        return Pad(json, fileName);
    }

    private static void WriteMetadata(ArrayBufferWriter<byte> json, IReadOnlyDictionary<string, string> metadata)
    {
        SafetensorsJson.Write(json, SafetensorsConstants.MetadataKey);
        bool first = true;
        foreach (var (key, value) in metadata.OrderBy(entry => entry.Key, Utf8Order.Instance))
        {
            json.Write(first ? ":{"u8 : ","u8);
            first = false;
            SafetensorsJson.Write(json, key);
            json.Write(":"u8);
            SafetensorsJson.Write(json, value);
        }

        json.Write("}"u8);
    }

    private static void WriteTensor(ArrayBufferWriter<byte> json, TensorInfo tensor, long offset)
    {
        SafetensorsJson.Write(json, tensor.Name);
        json.Write(":{\"dtype\":"u8);
        SafetensorsJson.Write(json, tensor.DType.Name());
        json.Write(",\"shape\":["u8);
        for (int axis = 0; axis < tensor.Shape.Rank; axis++)
        {
            json.Write(axis > 0 ? ","u8 : ""u8);
            SafetensorsJson.Write(json, tensor.Shape[axis]);
        }

        json.Write("],\"data_offsets\":["u8);
        SafetensorsJson.Write(json, offset);
        json.Write(","u8);
        SafetensorsJson.Write(json, checked(offset + tensor.ByteCount));
        json.Write("]}"u8);
    }

    private static byte[] Pad(ArrayBufferWriter<byte> json, string fileName)
    {
        int length = json.WrittenCount;
        const int alignment = SafetensorsConstants.DataAlignment;
        int padded = checked(length + alignment - 1) / alignment * alignment;
        int headerLength = padded - SafetensorsConstants.LengthBytes;
        if (headerLength > SafetensorsConstants.MaximumHeaderBytes)
        {
            throw new SafetensorsException(SafetensorsError.HeaderTooLarge, fileName, string.Create(
                CultureInfo.InvariantCulture,
                $"the header would take {headerLength} bytes, and {SafetensorsConstants.MaximumHeaderBytes} are allowed; ")
                + "write smaller shards.");
        }

        byte[] header = new byte[padded];
        json.WrittenSpan.CopyTo(header);
        header.AsSpan(length).Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(header, headerLength);
        return header;
    }
}
