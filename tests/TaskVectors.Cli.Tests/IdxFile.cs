using System.Buffers.Binary;

namespace TaskVectors.Cli.Tests;

/// <summary>Writes IDX files of bytes.</summary>
internal static class IdxFile
{
    private const byte Bytes = 8;

    public static string Write(string path, int[] shape, byte[] values)
    {
        byte[] header = new byte[4 + (4 * shape.Length)];
        (header[2], header[3]) = (Bytes, (byte)shape.Length);
        for (int i = 0; i < shape.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), shape[i]);
        }

        File.WriteAllBytes(path, [.. header, .. values]);
        return path;
    }
}
