using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace TaskVectors.Models.Tests.Data;

/// <summary>Writes PNG of any mode, to be read back: an encoder of its own, kept as simple as the specification.</summary>
internal static class PngWriter
{
    public static byte[] Write(int width, int height, int depth, int color, bool interlaced, Func<int, int, int, int> sample, byte[]? palette = null, byte[]? transparency = null)
    {
        int channels = color switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        using var rows = new MemoryStream();
        (int X, int DX, int Y, int DY)[] passes = interlaced
            ? [(0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2)]
            : [(0, 1, 0, 1)];
        int filter = 0;
        foreach ((int firstX, int stepX, int firstY, int stepY) in passes)
        {
            byte[]? above = null;
            for (int y = firstY; y < height; y += stepY)
            {
                if (firstX >= width)
                {
                    continue;
                }

                var bits = new List<int>();
                for (int x = firstX; x < width; x += stepX)
                {
                    for (int channel = 0; channel < channels; channel++)
                    {
                        int value = sample(x, y, channel);
                        for (int bit = depth - 1; bit >= 0; bit--)
                        {
                            bits.Add((value >> bit) & 1);
                        }
                    }
                }

                byte[] row = new byte[(bits.Count + 7) / 8];
                for (int bit = 0; bit < bits.Count; bit++)
                {
                    row[bit / 8] |= (byte)(bits[bit] << (7 - (bit % 8)));
                }

                rows.WriteByte((byte)filter);
                rows.Write(Filter(filter, row, above ?? new byte[row.Length], Math.Max(1, channels * depth / 8)));
                filter = (filter + 1) % 5;
                above = row;
            }
        }

        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)color, interlaced ? (byte)1 : (byte)0);
        Chunk(file, "IHDR", header);
        Chunk(file, "tEXt", Encoding.ASCII.GetBytes("Comment\0test"));
        if (palette is not null)
        {
            Chunk(file, "PLTE", palette);
        }

        if (transparency is not null)
        {
            Chunk(file, "tRNS", transparency);
        }

        byte[] packed = Pack(rows.ToArray());
        Chunk(file, "IDAT", packed[..(packed.Length / 2)]);
        Chunk(file, "IDAT", packed[(packed.Length / 2)..]);
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    public static void Chunk(Stream file, string name, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(named));
        file.Write(number);
    }

    private static byte[] Pack(byte[] rows)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            stream.Write(rows);
        }

        return packed.ToArray();
    }

    private static byte[] Filter(int type, byte[] row, byte[] above, int distance)
    {
        byte[] result = new byte[row.Length];
        for (int index = 0; index < row.Length; index++)
        {
            int left = index >= distance ? row[index - distance] : 0;
            int corner = index >= distance ? above[index - distance] : 0;
            int up = above[index];
            int estimate = left + up - corner;
            int paeth = (int[])[left, up, corner] is var candidates ? candidates.MinBy(candidate => Math.Abs(estimate - candidate)) : 0;
            result[index] = (byte)(row[index] - type switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => paeth });
        }

        return result;
    }
}
