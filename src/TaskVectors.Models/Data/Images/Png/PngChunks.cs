using System.Buffers.Binary;
using System.IO.Hashing;

namespace TaskVectors.Models.Data.Images.Png;

/// <summary>The chunks of a file that a picture is made of, with their check sums verified.</summary>
internal sealed class PngChunks
{
    private const int Overhead = 12;

    private static readonly uint Header = Name("IHDR"u8);
    private static readonly uint Palette = Name("PLTE"u8);
    private static readonly uint Transparency = Name("tRNS"u8);
    private static readonly uint Data = Name("IDAT"u8);
    private static readonly uint End = Name("IEND"u8);

    private PngChunks(PngHeader imageHeader) => ImageHeader = imageHeader;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public PngHeader ImageHeader { get; }

    /// <summary>Red, green and blue of each entry.</summary>
    public byte[] PaletteColors { get; private set; } = [];

    /// <summary>The palette's alphas, or the transparent sample values as 16-bit numbers; empty if there is no transparency.</summary>
    public byte[] TransparencyValues { get; private set; } = [];

    /// <summary>The compressed rows: places in the file.</summary>
    public List<(int Offset, int Length)> Compressed { get; } = [];

    public static PngChunks Read(byte[] bytes, string file)
    {
        PngChunks? chunks = null;
        int offset = Signature.Length;
        while (true)
        {
            ReadOnlySpan<byte> chunk = Next(bytes, offset, file, out uint name);
            int start = offset + 8;
            offset += chunk.Length + Overhead;
            if (chunks is null)
            {
                chunks = name == Header
                    ? new PngChunks(PngHeader.Parse(chunk, file))
                    : throw DataException.About(file, "image.malformed", "the PNG does not begin with its header.");
            }
            else if (name == End)
            {
                return chunks;
            }
            else
            {
                chunks.Add(name, chunk, start, file);
            }
        }
    }

    private static uint Name(ReadOnlySpan<byte> name) => BinaryPrimitives.ReadUInt32BigEndian(name);

    private static ReadOnlySpan<byte> Next(byte[] bytes, int offset, string file, out uint name)
    {
        if (bytes.Length - offset < Overhead)
        {
            throw DataException.About(file, "image.truncated", "the PNG ends before its last chunk. Get the file again.");
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(offset));
        if (length > bytes.Length - offset - Overhead)
        {
            throw DataException.About(file, "image.truncated", "the PNG ends within a chunk. Get the file again.");
        }

        ReadOnlySpan<byte> checkedBytes = bytes.AsSpan(offset + 4, (int)length + 4);
        if (Crc32.HashToUInt32(checkedBytes) != BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(offset + 8 + (int)length)))
        {
            throw DataException.About(file, "image.damaged", $"the check sum of the PNG's chunk at byte {offset} is wrong. Get the file again.");
        }

        name = BinaryPrimitives.ReadUInt32BigEndian(checkedBytes);
        return checkedBytes[4..];
    }

    private void Add(uint name, ReadOnlySpan<byte> chunk, int start, string file)
    {
        const uint ancillary = 0x20000000;
        if (name == Data)
        {
            Compressed.Add((start, chunk.Length));
        }
        else if (name == Palette)
        {
            PaletteColors = chunk.Length is > 0 and <= 768 && chunk.Length % 3 == 0
                ? chunk.ToArray()
                : throw DataException.About(file, "image.malformed", "the PNG's palette has a wrong length.");
        }
        else if (name == Transparency)
        {
            TransparencyValues = chunk.Length <= 256
                ? chunk.ToArray()
                : throw DataException.About(file, "image.malformed", "the PNG's transparency has a wrong length.");
        }
        else if ((name & ancillary) == 0)
        {
            throw DataException.About(file, "image.mode", $"the PNG has a chunk 0x{name:X8} that must be understood, and is not.");
        }
    }
}
