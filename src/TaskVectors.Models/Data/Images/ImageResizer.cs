namespace TaskVectors.Models.Data.Images;

/// <summary>
/// Resizes pictures byte for byte as the reference image processors do (those on the Python Imaging Library): rows first, rounded to 8 bits,
/// then columns.
/// </summary>
internal static class ImageResizer
{
    /// <summary>The picture with another size.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">The new width.</param>
    /// <param name="height">The new height.</param>
    /// <param name="filter">How pixels are made.</param>
    /// <exception cref="DataException">The new size is not positive or too large.</exception>
    public static PixelImage Resize(PixelImage image, int width, int height, ResizeFilter filter)
    {
        RequirePossible(new ImageSize(image.Height, image.Width), new ImageSize(height, width), image.Channels);
        if (filter == ResizeFilter.Nearest)
        {
            return Nearest(image, width, height);
        }

        PixelImage wide = width == image.Width ? image : ResizeRows(image, ResizeWeights.Create(image.Width, width, filter));
        return height == wide.Height ? wide : ResizeColumns(wide, ResizeWeights.Create(wide.Height, height, filter));
    }

    /// <exception cref="DataException">The new size is not positive or too large.</exception>
    internal static void RequirePossible(ImageSize source, ImageSize target, int channels)
    {
        if (target.Width < 1 || target.Height < 1 || (long)target.Width * Math.Max(target.Height, source.Height) * channels > PixelImage.MaximumSamples)
        {
            throw new DataException("image.size", $"A picture cannot be resized to {target.Width} x {target.Height} pixels.");
        }
    }

    private static PixelImage Nearest(PixelImage image, int width, int height)
    {
        int[] columns = NearestPlaces(image.Width, width);
        int[] rows = NearestPlaces(image.Height, height);
        int channels = image.Channels;
        byte[] samples = new byte[width * height * channels];
        int target = 0;
        foreach (int row in rows)
        {
            foreach (int column in columns)
            {
                image.Samples.AsSpan(((row * image.Width) + column) * channels, channels).CopyTo(samples.AsSpan(target));
                target += channels;
            }
        }

        return new PixelImage(width, height, channels, samples);
    }

    internal static int[] NearestPlaces(int source, int target)
    {
        double scale = (double)source / target;
        int[] places = new int[target];
        // Added up, not multiplied: exact halves fall elsewhere.
        double place = scale * 0.5;
        for (int index = 0; index < target; index++)
        {
            places[index] = Math.Min((int)place, source - 1);
            place += scale;
        }

        return places;
    }

    private static PixelImage ResizeRows(PixelImage image, ResizeWeights weights)
    {
        int channels = image.Channels;
        int width = weights.Starts.Length;
        int[][] quantized = weights.Quantize();
        byte[] samples = new byte[width * image.Height * channels];
        for (int row = 0; row < image.Height; row++)
        {
            ReadOnlySpan<byte> source = image.Samples.AsSpan(row * image.Width * channels, image.Width * channels);
            for (int column = 0; column < width; column++)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    samples[(((row * width) + column) * channels) + channel] =
                        Sum(source, (weights.Starts[column] * channels) + channel, channels, quantized[column]);
                }
            }
        }

        return new PixelImage(width, image.Height, channels, samples);
    }

    private static PixelImage ResizeColumns(PixelImage image, ResizeWeights weights)
    {
        int stride = image.Width * image.Channels;
        int height = weights.Starts.Length;
        int[][] quantized = weights.Quantize();
        byte[] samples = new byte[height * stride];
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < stride; column++)
            {
                samples[(row * stride) + column] = Sum(image.Samples, (weights.Starts[row] * stride) + column, stride, quantized[row]);
            }
        }

        return new PixelImage(image.Width, height, image.Channels, samples);
    }

    private static byte Sum(ReadOnlySpan<byte> samples, int start, int step, int[] weights)
    {
        int sum = 1 << (ResizeWeights.Bits - 1);
        foreach (int weight in weights)
        {
            sum += samples[start] * weight;
            start += step;
        }

        return (byte)Math.Clamp(sum >> ResizeWeights.Bits, 0, 255);
    }
}
