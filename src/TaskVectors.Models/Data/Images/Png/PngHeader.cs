using System.Buffers.Binary;

namespace TaskVectors.Models.Data.Images.Png;

/// <summary>The chunk IHDR.</summary>
internal readonly record struct PngHeader(int Width, int Height, int Depth, PngColor Color, bool Interlaced)
{
    public const int Length = 13;

    /// <summary>Samples of a pixel as stored.</summary>
    public int StoredChannels => Color switch
    {
        PngColor.Rgb => 3,
        PngColor.GreyAlpha => 2,
        PngColor.RgbAlpha => 4,
        _ => 1,
    };

    /// <summary>The bytes from a sample to that of the pixel before it, at least 1: what filters look back by.</summary>
    public int FilterDistance => Math.Max(1, StoredChannels * Depth / 8);

    /// <summary>The bytes of a row of so many pixels, its filter type not counted.</summary>
    public long RowBytes(int width) => (((long)width * StoredChannels * Depth) + 7) / 8;

    public static PngHeader Parse(ReadOnlySpan<byte> chunk, string file)
    {
        if (chunk.Length != Length)
        {
            throw DataException.About(file, "image.malformed", "the PNG header has a wrong length.");
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(chunk);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]);
        var header = new PngHeader((int)Math.Min(width, int.MaxValue), (int)Math.Min(height, int.MaxValue), chunk[8], (PngColor)chunk[9], chunk[12] == 1);
        if (chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1 || !header.IsDepthAllowed())
        {
            throw DataException.About(
                file,
                "image.mode",
                $"its PNG mode (colour type {chunk[9]}, depth {chunk[8]}, compression {chunk[10]}, filter {chunk[11]}, interlace {chunk[12]}) does not exist.");
        }

        // Four channels is the most that a pixel is expanded to.
        if (width == 0 || height == 0 || (ulong)width * height * 4 > PixelImage.MaximumSamples)
        {
            throw DataException.About(file, "image.size", $"a picture of {width} x {height} pixels cannot be read; shrink it.");
        }

        return header;
    }

    private bool IsDepthAllowed() => Color switch
    {
        PngColor.Grey => Depth is 1 or 2 or 4 or 8 or 16,
        PngColor.Palette => Depth is 1 or 2 or 4 or 8,
        PngColor.Rgb or PngColor.GreyAlpha or PngColor.RgbAlpha => Depth is 8 or 16,
        _ => false,
    };
}
