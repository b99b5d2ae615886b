namespace TaskVectors.Models.Data.Images;

/// <summary>A picture of 8-bit samples: rows from top to bottom, pixels from left to right, channels together.</summary>
public sealed class PixelImage
{
    /// <summary>The most samples that a picture may have.</summary>
    public const int MaximumSamples = 1 << 29;

    /// <summary>Wraps samples, which are not copied.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 red, green, blue, 4 these and alpha.</param>
    /// <param name="samples">height x width x channels values.</param>
    /// <exception cref="DataException">The sizes are not positive or do not fit the samples.</exception>
    public PixelImage(int width, int height, int channels, byte[] samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (width < 1 || height < 1 || channels is < 1 or > 4 || (long)width * height * channels != samples.Length)
        {
            throw new DataException(
                "image.shape", $"{samples.Length} samples do not make a picture of {width} x {height} pixels with {channels} channels.");
        }

        Width = width;
        Height = height;
        Channels = channels;
        Samples = samples;
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>1 grey, 2 grey and alpha, 3 red, green, blue, 4 these and alpha.</summary>
    public int Channels { get; }

    /// <summary>Height x width x channels values.</summary>
    public IReadOnlyList<byte> Values => Samples;

    internal byte[] Samples { get; }

    /// <summary>The same picture in red, green and blue: grey is repeated, alpha is left out.</summary>
    public PixelImage ToRgb() => Channels == 3 ? this : Convert(3, pixel => Channels < 3 ? (pixel[0], pixel[0], pixel[0]) : (pixel[0], pixel[1], pixel[2]));

    /// <summary>The same picture in grey: luma of ITU-R BT.601, (19595 R + 38470 G + 7471 B + 32768) / 65536 rounded down; alpha is left out.</summary>
    public PixelImage ToGrey() => Channels == 1 ? this : Convert(1, pixel => (Channels < 3 ? pixel[0] : Luma(pixel), 0, 0));

    private static byte Luma(ReadOnlySpan<byte> pixel) => (byte)(((19595 * pixel[0]) + (38470 * pixel[1]) + (7471 * pixel[2]) + 0x8000) >> 16);

    private PixelImage Convert(int channels, PixelConversion convert)
    {
        byte[] converted = new byte[Width * Height * channels];
        int target = 0;
        for (int source = 0; source < Samples.Length; source += Channels)
        {
            (byte first, byte second, byte third) = convert(Samples.AsSpan(source, Channels));
            converted[target++] = first;
            if (channels == 3)
            {
                converted[target++] = second;
                converted[target++] = third;
            }
        }

        return new PixelImage(Width, Height, channels, converted);
    }

    private delegate (byte First, byte Second, byte Third) PixelConversion(ReadOnlySpan<byte> pixel);
}
