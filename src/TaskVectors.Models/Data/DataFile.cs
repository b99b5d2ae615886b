using System.IO.Compression;
using TaskVectors.Checkpoints;

namespace TaskVectors.Models.Data;

/// <summary>Opens files, and what gzip packed, within limits.</summary>
internal static class DataFile
{
    /// <summary>The most bytes that a text or picture may have.</summary>
    public const int MaximumBytes = 1 << 30;

    /// <summary>Opens a file; one that ends in <c>.gz</c> is unpacked.</summary>
    public static Stream Open(string file)
    {
        try
        {
            Stream stream = File.OpenRead(file);
            return file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw DataException.About(file, "data.missing", "there is no such file. Check the path.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(file, $"{file} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Reads a whole file.</summary>
    public static byte[] ReadAll(string file)
    {
        using Stream stream = Open(file);
        using var copy = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        try
        {
            for (int count = stream.Read(buffer); count > 0; count = stream.Read(buffer))
            {
                if (copy.Length + count > MaximumBytes)
                {
                    throw DataException.About(file, "data.too-large", $"it has more than {MaximumBytes} bytes. Split it.");
                }

                copy.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException failure)
        {
            throw DataException.About(file, "data.malformed", "it is not valid gzip. Get it again.", failure);
        }
        catch (IOException failure)
        {
            throw new StorageException(file, $"{file} cannot be read: {failure.Message}", failure);
        }

        return copy.ToArray();
    }
}
