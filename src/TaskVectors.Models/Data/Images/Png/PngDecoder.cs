using System.IO.Compression;

namespace TaskVectors.Models.Data.Images.Png;

/// <summary>
/// Reads PNG: all colour types, depths and interlacing, with check sums verified (ISO/IEC 15948). Sizes are checked against the file before
/// memory is taken.
/// </summary>
internal static class PngDecoder
{
    /// <summary>Deflate never packs tighter than this.</summary>
    private const long LargestRatio = 1040;

    public static bool Matches(ReadOnlySpan<byte> bytes) => bytes.StartsWith(PngChunks.Signature);

    public static PixelImage Decode(byte[] bytes, string file)
    {
        PngChunks chunks = PngChunks.Read(bytes, file);
        PngHeader header = chunks.ImageHeader;
        long compressed = chunks.Compressed.Sum(stretch => (long)stretch.Length);
        if (StoredBytes(header) > (compressed * LargestRatio) + 1024)
        {
            throw DataException.About(
                file, "image.truncated", $"{compressed} bytes cannot hold a PNG of {header.Width} x {header.Height} pixels. Get the file again.");
        }

        var pixels = new PngPixels(chunks, file);
        byte[] samples = new byte[header.Width * header.Height * pixels.Channels];
        using var stream = new ZLibStream(new ChunkStream(bytes, chunks.Compressed), CompressionMode.Decompress);
        try
        {
            foreach (PngPass pass in PngPass.Of(header.Interlaced))
            {
                ReadPass(stream, header, pass, pixels, samples, file);
            }

            // Only at its end does the stream compare its check sum.
            _ = stream.Read(stackalloc byte[1]);
        }
        catch (InvalidDataException failure)
        {
            throw DataException.About(file, "image.damaged", "the PNG's compressed data is damaged. Get the file again.", failure);
        }

        return new PixelImage(header.Width, header.Height, pixels.Channels, samples);
    }

    private static long StoredBytes(PngHeader header)
    {
        long total = 0;
        foreach (PngPass pass in PngPass.Of(header.Interlaced))
        {
            int columns = pass.Columns(header.Width);
            total += columns == 0 ? 0 : (header.RowBytes(columns) + 1) * pass.Rows(header.Height);
        }

        return total;
    }

    private static void ReadPass(Stream stream, PngHeader header, PngPass pass, PngPixels pixels, byte[] samples, string file)
    {
        int columns = pass.Columns(header.Width);
        if (columns == 0)
        {
            return;
        }

        int rows = pass.Rows(header.Height);
        byte[] current = new byte[header.RowBytes(columns) + 1];
        byte[] above = new byte[current.Length];
        for (int row = 0; row < rows; row++)
        {
            if (stream.ReadAtLeast(current, current.Length, throwOnEndOfStream: false) < current.Length)
            {
                throw DataException.About(file, "image.truncated", "the PNG has fewer rows than its header says. Get the file again.");
            }

            if (!PngFilter.Undo(current[0], current.AsSpan(1), above.AsSpan(1), header.FilterDistance))
            {
                throw DataException.About(file, "image.malformed", $"the PNG uses filter {current[0]}, which does not exist.");
            }

            int first = ((pass.FirstRow + (row * pass.RowStep)) * header.Width) + pass.FirstColumn;
            for (int column = 0; column < columns; column++)
            {
                int target = (first + (column * pass.ColumnStep)) * pixels.Channels;
                pixels.Expand(current.AsSpan(1), column, samples.AsSpan(target, pixels.Channels));
            }

            (current, above) = (above, current);
        }
    }
}
