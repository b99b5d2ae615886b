using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// The header of one safetensors file: what it holds and where. Immutable; a header that exists is valid, so its tensors tile the
/// data without hole or overlap.
/// </summary>
public sealed class SafetensorsHeader
{
    internal SafetensorsHeader(
        string file, long fileLength, long dataStart, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<PlacedTensor> tensors)
    {
        File = file;
        FileLength = fileLength;
        DataStart = dataStart;
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>The full path of the file.</summary>
    public string File { get; }

    /// <summary>The size of the file in bytes.</summary>
    public long FileLength { get; }

    /// <summary>The offset of the first value from the start of the file.</summary>
    public long DataStart { get; }

    /// <summary>The entries of <c>__metadata__</c>; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by ascending offset.</summary>
    public IReadOnlyList<PlacedTensor> Tensors { get; }

    /// <summary>Reads the header of a file, and closes the file again.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SafetensorsException">The file is not valid.</exception>
    /// <exception cref="CheckpointNotFoundException">There is no such file.</exception>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public static SafetensorsHeader Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string full = Path.GetFullPath(path);
        using var file = InputFile.Open(full);
        Span<byte> start = stackalloc byte[FileSignature.Length];
        int length = ReadLength(start[..file.Read(0, start)], file.Length, full);

        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var json = buffer.AsSpan(0, length);
            return file.Read(SafetensorsConstants.LengthBytes, json) == length
                ? Parse(json, file.Length, full)
                : throw new SafetensorsException(SafetensorsError.Truncated, full, "the file ended while its header was read.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Parses and validates a header that has been fetched by other means.</summary>
    /// <param name="json">The header: what follows the 8-byte length, padding included.</param>
    /// <param name="fileLength">The size of the whole file in bytes.</param>
    /// <param name="file">The name of the file, for messages and <see cref="File"/>.</param>
    /// <exception cref="SafetensorsException">The header is not valid, or does not describe a file of that size.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long fileLength, string file)
    {
        var (entries, metadata) = SafetensorsHeaderParser.Parse(json, file);
        long dataStart = SafetensorsConstants.LengthBytes + json.Length;
        var tensors = SafetensorsValidation.Place(entries, dataStart, fileLength, file);
        return new SafetensorsHeader(file, fileLength, dataStart, metadata, tensors);
    }

    /// <summary>
    /// The length of the header, from the first bytes of a file: 64 of them, or the whole file if it is shorter.
    /// </summary>
    /// <exception cref="SafetensorsException">The length is impossible, or the bytes are those of another format.</exception>
    internal static int ReadLength(ReadOnlySpan<byte> start, long fileLength, string file)
    {
        if (start.Length < SafetensorsConstants.LengthBytes)
        {
            ThrowIfOtherFormat(start, file);
            throw new SafetensorsException(SafetensorsError.Truncated, file, string.Create(
                CultureInfo.InvariantCulture,
                $"the file has {start.Length} bytes; a safetensors file has at least 10. Download or copy it again."));
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > SafetensorsConstants.MaximumHeaderBytes)
        {
            ThrowIfOtherFormat(start, file);
            throw new SafetensorsException(SafetensorsError.HeaderTooLarge, file, string.Create(
                CultureInfo.InvariantCulture,
                $"the header claims {length} bytes, and {SafetensorsConstants.MaximumHeaderBytes} are allowed; ")
                + "this is no safetensors file.");
        }

        long available = fileLength - SafetensorsConstants.LengthBytes;
        return (long)length <= available
            ? (int)length
            : throw new SafetensorsException(SafetensorsError.Truncated, file, string.Create(
                CultureInfo.InvariantCulture,
                $"the header claims {length} bytes, and only {available} follow. Download or copy the file again."));
    }

    private static void ThrowIfOtherFormat(ReadOnlySpan<byte> start, string file)
    {
        if (FileSignature.Find(start) is { } signature)
        {
            throw new SafetensorsException(
                SafetensorsError.NotSafetensors, file, $"this is {signature.Description}. {signature.Remedy}");
        }
    }
}
