namespace TaskVectors.Models.Data.Images;

/// <summary>
/// Turns pictures into what an image model takes: converts, resizes, crops, rescales and normalises, as the model's
/// <c>preprocessor_config.json</c> says.
/// </summary>
public sealed record ImageProcessor
{
    /// <summary>The size to resize to, or <see langword="null"/> to keep that of the picture.</summary>
    public ImageSize? Resize { get; init; }

    /// <summary>If set, the picture is resized so that its short side has this length, instead of <see cref="Resize"/>; the long side is cut to a whole number.</summary>
    public int? ShortestEdge { get; init; }

    /// <summary>How pictures are resized.</summary>
    public ResizeFilter Filter { get; init; } = ResizeFilter.Bilinear;

    /// <summary>The size of the middle that is kept; where the picture is smaller, zeros are put around it.</summary>
    public ImageSize? CentreCrop { get; init; }

    /// <summary>What samples are multiplied by.</summary>
    public double Scale { get; init; } = 1.0 / 255;

    /// <summary>What is taken from each channel; the number of entries, 1 or 3, is the number of channels.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0, 0, 0];

    /// <summary>What each channel is then divided by.</summary>
    public IReadOnlyList<double> StandardDeviation { get; init; } = [1, 1, 1];

    /// <summary>The number of channels.</summary>
    public int Channels => Mean.Count;

    /// <summary>Reads <c>preprocessor_config.json</c>, or that file of a folder.</summary>
    /// <exception cref="DataException">It is missing, malformed, or asks for what is not supported.</exception>
    public static ImageProcessor Load(string path) => ImageProcessorReader.Read(path);

    /// <summary>The size of what becomes of a picture.</summary>
    public ImageSize SizeOf(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return CentreCrop ?? ResizedSize(image);
    }

    /// <summary>Processes a picture.</summary>
    /// <returns>Channels x height x width values; the size is that of <see cref="SizeOf"/>.</returns>
    public float[] Process(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        PixelImage converted = Channels == 1 ? image.ToGrey() : image.ToRgb();
        ImageSize size = ResizedSize(converted);
        PixelImage resized = ImageResizer.Resize(converted, size.Width, size.Height, Filter);
        return Normalize(CentreCrop is { } crop ? Crop(resized, crop) : resized);
    }

    private ImageSize ResizedSize(PixelImage image)
    {
        if (ShortestEdge is not { } edge)
        {
            return Resize ?? new ImageSize(image.Height, image.Width);
        }

        int shorter = Math.Min(image.Width, image.Height);
        int longer = (int)Math.Min((double)edge * Math.Max(image.Width, image.Height) / shorter, int.MaxValue);
        return image.Width <= image.Height ? new ImageSize(longer, edge) : new ImageSize(edge, longer);
    }

    private static PixelImage Crop(PixelImage image, ImageSize crop)
    {
        int top = Offset(image.Height, crop.Height);
        int left = Offset(image.Width, crop.Width);
        int channels = image.Channels;
        byte[] samples = new byte[crop.Height * crop.Width * channels];
        for (int row = 0; row < crop.Height; row++)
        {
            int source = row + top;
            if (source < 0 || source >= image.Height)
            {
                continue;
            }

            int first = Math.Max(0, -left);
            int count = Math.Min(crop.Width - first, image.Width - Math.Max(0, left));
            image.Samples.AsSpan(((source * image.Width) + Math.Max(0, left)) * channels, count * channels)
                .CopyTo(samples.AsSpan(((row * crop.Width) + first) * channels));
        }

        return new PixelImage(crop.Width, crop.Height, channels, samples);
    }

    /// <summary>The first source pixel: of an odd rest, the smaller half is before a picture that is cut, the larger before one that is padded.</summary>
    private static int Offset(int source, int target) => target <= source ? (source - target) / 2 : -((target - source + 1) / 2);

    private float[] Normalize(PixelImage image)
    {
        int plane = image.Width * image.Height;
        float[] values = new float[plane * Channels];
        for (int channel = 0; channel < Channels; channel++)
        {
            double mean = Mean[channel];
            double deviation = StandardDeviation[channel];
            for (int pixel = 0; pixel < plane; pixel++)
            {
                values[(channel * plane) + pixel] = (float)(((image.Samples[(pixel * Channels) + channel] * Scale) - mean) / deviation);
            }
        }

        return values;
    }
}
