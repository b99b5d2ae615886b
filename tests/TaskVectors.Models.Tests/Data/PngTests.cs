using System.Buffers.Binary;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;

namespace TaskVectors.Models.Tests.Data;

public sealed class PngTests
{
    public static TheoryData<int, int, bool> Modes()
    {
        var modes = new TheoryData<int, int, bool>();
        foreach ((int color, int[] depths) in ((int, int[])[])[(0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16])])
        {
            foreach (int depth in depths)
            {
                modes.Add(color, depth, false);
                modes.Add(color, depth, true);
            }
        }

        return modes;
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Every_mode_is_read_back_exactly(int color, int depth, bool interlaced)
    {
        foreach ((int width, int height) in ((int, int)[])[(1, 1), (3, 2), (8, 8), (13, 11), (5, 1)])
        {
            byte[] palette = [.. Enumerable.Range(0, 3 << Math.Min(depth, 8)).Select(value => (byte)(value * 7))];
            byte[] file = PngWriter.Write(width, height, depth, color, interlaced, (x, y, c) => Sample(x, y, c, depth), color == 3 ? palette : null);
            PixelImage image = ImageFile.Decode(file, "x.png");

            Assert.Equal((width, height), (image.Width, image.Height));
            Assert.Equal(color switch { 0 => 1, 4 => 2, 6 => 4, _ => 3 }, image.Channels);
            for (int index = 0; index < image.Values.Count; index++)
            {
                int channel = index % image.Channels;
                int x = index / image.Channels % width;
                int y = index / image.Channels / width;
                int expected = color == 3 ? palette[(Sample(x, y, 0, depth) * 3) + channel] : ToByte(Sample(x, y, channel, depth), depth);
                Assert.Equal(expected, image.Values[index]);
            }
        }
    }

    [Fact]
    public void A_transparent_colour_and_a_palette_s_alphas_become_a_channel()
    {
        byte[] grey = PngWriter.Write(3, 1, 8, 0, false, (x, _, _) => x * 10, transparency: [0, 10]);
        Assert.Equal([0, 255, 10, 0, 20, 255], ImageFile.Decode(grey, "x").Values);

        byte[] rgb = PngWriter.Write(2, 1, 8, 2, false, (x, _, c) => x + c, transparency: [0, 1, 0, 2, 0, 3]);
        Assert.Equal([0, 1, 2, 255, 1, 2, 3, 0], ImageFile.Decode(rgb, "x").Values);

        byte[] palette = PngWriter.Write(2, 1, 1, 3, false, (x, _, _) => x, palette: [1, 2, 3, 4, 5, 6], transparency: [9]);
        Assert.Equal([1, 2, 3, 9, 4, 5, 6, 255], ImageFile.Decode(palette, "x").Values);
    }

    [Fact]
    public void Every_cut_and_every_changed_byte_is_noticed()
    {
        byte[] file = PngWriter.Write(9, 7, 8, 2, false, (x, y, c) => (x * y) + c);
        for (int length = 0; length < file.Length; length++)
        {
            _ = Assert.Throws<DataException>(() => ImageFile.Decode(file[..length], "x.png"));
        }

        for (int index = 0; index < file.Length; index++)
        {
            byte[] changed = [.. file];
            changed[index] ^= 0x10;
            DataException failure = Assert.Throws<DataException>(() => ImageFile.Decode(changed, "x.png"));
            Assert.Equal("x.png", failure.File);
        }
    }

    [Fact]
    public void Damage_behind_a_valid_check_sum_is_an_error_and_no_crash()
    {
        var random = new Random(3);
        for (int round = 0; round < 300; round++)
        {
            byte[] garbage = new byte[random.Next(60)];
            random.NextBytes(garbage);
            using var file = new MemoryStream();
            file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
            PngWriter.Chunk(file, "IHDR", Header(random.Next(1, 40), random.Next(1, 40), 8, random.Next(7), random.Next(3)));
            PngWriter.Chunk(file, "PLTE", [1, 2, 3]);
            PngWriter.Chunk(file, "IDAT", garbage);
            PngWriter.Chunk(file, "IEND", []);
            _ = Assert.Throws<DataException>(() => ImageFile.Decode(file.ToArray(), "x.png"));
        }
    }

    [Fact]
    public void A_size_that_the_data_cannot_hold_is_refused_before_memory_is_taken()
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        PngWriter.Chunk(file, "IHDR", Header(11_000, 11_000, 8, 6, 0));
        PngWriter.Chunk(file, "IDAT", [0x78, 0x9C, 3, 0]);
        PngWriter.Chunk(file, "IEND", []);
        byte[] bytes = file.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = Assert.Throws<DataException>(() => ImageFile.Decode(bytes, "x.png"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [InlineData(0, 8, 8, 2, "image.size")]
    [InlineData(40_000, 40_000, 8, 2, "image.size")]
    [InlineData(4, 4, 3, 0, "image.mode")]
    [InlineData(4, 4, 16, 3, "image.mode")]
    [InlineData(4, 4, 8, 5, "image.mode")]
    public void A_mode_or_size_that_cannot_be_is_named(int width, int height, int depth, int color, string kind)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        PngWriter.Chunk(file, "IHDR", Header(width, height, depth, color, 0));
        Assert.Equal(kind, Assert.Throws<DataException>(() => ImageFile.Decode(file.ToArray(), "x.png")).Kind);
    }

    [Fact]
    public void What_is_no_picture_is_told_so() =>
        Assert.Contains("neither PNG nor JPEG", Assert.Throws<DataException>(() => ImageFile.Decode([1, 2, 3], "a.gif")).Message, StringComparison.Ordinal);

    private static byte[] Header(int width, int height, int depth, int color, int interlace)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)color, (byte)interlace);
        return header;
    }

    private static int Sample(int x, int y, int channel, int depth) => ((x * 2657) + (y * 7919) + (channel * 104_729) + (x * y * 31)) & ((1 << depth) - 1);

    private static int ToByte(int value, int depth) => depth switch
    {
        16 => value >> 8,
        8 => value,
        _ => value * 255 / ((1 << depth) - 1),
    };
}
