namespace TaskVectors.Models.Data.Images;

/// <summary>A picture whose samples keep their fractions; the layout is that of <see cref="PixelImage"/>.</summary>
internal sealed class FractionalImage
{
    private readonly ImageSize _size;
    private readonly int _channels;

    private FractionalImage(ImageSize size, int channels, double[] samples)
    {
        (_size, _channels) = (size, channels);
        Samples = samples;
    }

    /// <summary>Height x width x channels values, 0 to 255 and a little beyond where a filter overshoots.</summary>
    public double[] Samples { get; }

    /// <summary>A picture in 1 or 3 channels; grey is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), not rounded.</summary>
    public static FractionalImage Of(PixelImage image, int channels)
    {
        var size = new ImageSize(image.Height, image.Width);
        if (channels == 3 || image.Channels < 3)
        {
            byte[] plain = (channels == 1 ? image.ToGrey() : image.ToRgb()).Samples;
            return new FractionalImage(size, channels, Array.ConvertAll(plain, sample => (double)sample));
        }

        double[] grey = new double[image.Width * image.Height];
        for (int pixel = 0; pixel < grey.Length; pixel++)
        {
            ReadOnlySpan<byte> colours = image.Samples.AsSpan(pixel * image.Channels, 3);
            grey[pixel] = (0.299 * colours[0]) + (0.587 * colours[1]) + (0.114 * colours[2]);
        }

        return new FractionalImage(size, 1, grey);
    }

    /// <summary>The picture with another size: rows first, then columns.</summary>
    /// <exception cref="DataException">The new size is too large.</exception>
    public FractionalImage Resize(ImageSize size, ResizeFilter filter)
    {
        if (size == _size)
        {
            return this;
        }

        ImageResizer.RequirePossible(_size, size, _channels);
        (int[] columns, double[][] columnShares) = Axis(_size.Width, size.Width, filter);
        double[] wide = new double[_size.Height * size.Width * _channels];
        for (int target = 0; target < wide.Length; target++)
        {
            (int pixel, int channel) = (target / _channels, target % _channels);
            (int row, int column) = (pixel / size.Width, pixel % size.Width);
            wide[target] = Sum(Samples, (((row * _size.Width) + columns[column]) * _channels) + channel, _channels, columnShares[column]);
        }

        int stride = size.Width * _channels;
        (int[] rows, double[][] rowShares) = Axis(_size.Height, size.Height, filter);
        double[] samples = new double[size.Height * stride];
        for (int target = 0; target < samples.Length; target++)
        {
            (int row, int place) = (target / stride, target % stride);
            samples[target] = Sum(wide, (rows[row] * stride) + place, stride, rowShares[row]);
        }

        return new FractionalImage(size, _channels, samples);
    }

    private static (int[] Starts, double[][] Shares) Axis(int source, int target, ResizeFilter filter)
    {
        if (filter == ResizeFilter.Nearest)
        {
            int[] places = ImageResizer.NearestPlaces(source, target);
            return (places, Array.ConvertAll(places, _ => (double[])[1]));
        }

        var weights = ResizeWeights.Create(source, target, filter);
        return (weights.Starts, weights.Shares);
    }

    private static double Sum(double[] samples, int start, int step, double[] shares)
    {
        double sum = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            sum += samples[start + (i * step)] * shares[i];
        }

        return sum;
    }
}
