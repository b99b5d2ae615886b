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

    /// <summary>
    /// Whether samples keep their fractions when colours become grey and pictures are resized, as in programs that work on tensors; otherwise
    /// they are rounded to 8 bits after each step, as image libraries do.
    /// </summary>
    public bool KeepsFractions { get; init; }

    /// <summary>What samples are multiplied by.</summary>
    public double Scale { get; init; } = 1.0 / 255;

    /// <summary>What is taken from each channel; the number of entries, 1 or 3, is the number of channels.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0, 0, 0];

    /// <summary>What each channel is then divided by.</summary>
    public IReadOnlyList<double> StandardDeviation { get; init; } = [1, 1, 1];

    /// <summary>The number of channels.</summary>
    public int Channels => Mean.Count;

    /// <summary>The file of a model folder that says how pictures are prepared.</summary>
    public const string FileName = "preprocessor_config.json";

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
        ImageSize size = ResizedSize(image);
        if (KeepsFractions)
        {
            return Finish(FractionalImage.Of(image, Channels).Resize(size, Filter).Samples, size);
        }

        PixelImage converted = Channels == 1 ? image.ToGrey() : image.ToRgb();
        return Finish(Array.ConvertAll(ImageResizer.Resize(converted, size.Width, size.Height, Filter).Samples, sample => (double)sample), size);
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

    private float[] Finish(double[] samples, ImageSize size) => CentreCrop is { } crop ? Normalize(Crop(samples, size, crop)) : Normalize(samples);

    private double[] Crop(double[] source, ImageSize size, ImageSize crop)
    {
        int top = Offset(size.Height, crop.Height);
        int left = Offset(size.Width, crop.Width);
        double[] samples = new double[crop.Height * crop.Width * Channels];
        for (int row = 0; row < crop.Height; row++)
        {
            if (row + top < 0 || row + top >= size.Height)
            {
                continue;
            }

            int first = Math.Max(0, -left);
            int count = Math.Min(crop.Width - first, size.Width - Math.Max(0, left));
            source.AsSpan((((row + top) * size.Width) + Math.Max(0, left)) * Channels, count * Channels)
                .CopyTo(samples.AsSpan(((row * crop.Width) + first) * Channels));
        }

        return samples;
    }

    /// <summary>The first source pixel: of an odd rest, the smaller half is before a picture that is cut, the larger before one that is padded.</summary>
    private static int Offset(int source, int target) => target <= source ? (source - target) / 2 : -((target - source + 1) / 2);

    private float[] Normalize(double[] samples)
    {
        int plane = samples.Length / Channels;
        float[] values = new float[samples.Length];
        for (int channel = 0; channel < Channels; channel++)
        {
            double mean = Mean[channel];
            double deviation = StandardDeviation[channel];
            for (int pixel = 0; pixel < plane; pixel++)
            {
                values[(channel * plane) + pixel] = (float)(((samples[(pixel * Channels) + channel] * Scale) - mean) / deviation);
            }
        }

        return values;
    }
}
