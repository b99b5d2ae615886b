using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Operations;

/// <summary>Norms and margins of images, and their patches.</summary>
public static class ImageOperations
{
    /// <summary>
    /// (x - mean) / sqrt(variance + epsilon) w + b, with mean and variance over the channels of a group and the whole area (Wu and He,
    /// "Group Normalization", 2018). As many groups as channels is instance norm, one group is layer norm over the image.
    /// </summary>
    /// <param name="x">[batch, channels, ...].</param>
    /// <param name="groups">A divisor of the number of channels.</param>
    /// <param name="weight">[channels], or null for ones.</param>
    /// <param name="bias">[channels], or null for zeros.</param>
    /// <param name="epsilon">Added to the (biased) variance.</param>
    public static Tensor GroupNorm(this Tensor x, int groups, Tensor? weight, Tensor? bias, float epsilon)
    {
        ArgumentNullException.ThrowIfNull(x);
        int channels = x.Size(1);
        Shapes.Require(groups > 0 && channels % groups == 0, $"{channels} channels do not make {groups} groups.");
        Shapes.Require((weight?.Count ?? channels) == channels && (bias?.Count ?? channels) == channels, $"Weights do not fit {channels} channels.");
        int area = x.Count / (x.Size(0) * channels);
        int size = channels / groups * area;
        int count = x.Size(0) * groups;
        ComputeContext context = x.Context;
        Tensor y = context.Allocate(x.Shape);
        float[] statistics = new float[2 * count];
        context.Team.For(count, Math.Max(1, ActivationOperations.LeastElements / size), (start, end) =>
        {
            for (int group = start; group < end; group++)
            {
                (float mean, float scale) = NormKernels.Standardize(x.Values.Slice(group * size, size), epsilon);
                (statistics[2 * group], statistics[(2 * group) + 1]) = (mean, scale);
                for (int i = 0; i < channels / groups; i++)
                {
                    int channel = (group % groups * (channels / groups)) + i;
                    float factor = scale * (weight is null ? 1 : weight.Values[channel]);
                    float term = bias is null ? 0 : bias.Values[channel];
                    ReadOnlySpan<float> source = x.Values.Slice((group * size) + (i * area), area);
                    Span<float> target = y.Values.Slice((group * size) + (i * area), area);
                    for (int j = 0; j < area; j++)
                    {
                        target[j] = ((source[j] - mean) * factor) + term;
                    }
                }
            }
        });
        if (context.Needs(x, weight, bias))
        {
            context.Record(y, dy => GroupNormBackward(x, groups, weight, bias, statistics, dy));
        }

        return y;
    }

    /// <summary>(x - mean) / sqrt(variance + epsilon) w + b with given statistics of each channel: batch norm as it is evaluated.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="mean">[channels].</param>
    /// <param name="variance">[channels].</param>
    /// <param name="weight">[channels].</param>
    /// <param name="bias">[channels].</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor BatchNorm(this Tensor x, Tensor mean, Tensor variance, Tensor weight, Tensor bias, float epsilon)
    {
        Tensor factor = weight.Divide(variance.AddScalar(epsilon).Activate(Activation.SquareRoot));
        return x.Subtract(mean.Reshape(-1, 1, 1)).Multiply(factor.Reshape(-1, 1, 1)).Add(bias.Reshape(-1, 1, 1));
    }

    /// <summary>Adds margins of zeros, or of the image mirrored at its outermost rows and columns.</summary>
    /// <param name="x">[..., height, width].</param>
    /// <param name="margins">Rows and columns to add on each side.</param>
    /// <param name="mirrored">Whether the margins are mirrored rather than zero; they must be narrower than the image.</param>
    public static Tensor Pad(this Tensor x, (int Top, int Bottom, int Left, int Right) margins, bool mirrored = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        (int height, int width) = (x.Size(-2), x.Size(-1));
        Shapes.Require(
            !mirrored || Math.Max(margins.Top, margins.Bottom) < height && Math.Max(margins.Left, margins.Right) < width,
            $"Margins {margins} are wider than images of {height} x {width} can mirror.");
        int[] rows = Sources(height, margins.Top, margins.Bottom, mirrored);
        int[] columns = Sources(width, margins.Left, margins.Right, mirrored);
        long[] dimensions = x.Shape.Dimensions.ToArray();
        (dimensions[^2], dimensions[^1]) = (rows.Length, columns.Length);
        Tensor y = x.Context.Zeros(dimensions);
        if (mirrored)
        {
            ForEach((target, source) => y.Values[target] = x.Values[source]);
        }
        else
        {
            for (int line = 0; line < x.Count / width; line++)
            {
                int row = (line / height * rows.Length) + (line % height) + margins.Top;
                x.Values.Slice(line * width, width).CopyTo(y.Values[((row * columns.Length) + margins.Left)..]);
            }
        }

        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Tensor dx = x.OpenSparseGradient();
                ForEach((target, source) => dx.Values[source] += dy.Values[target]);
            });
        }

        return y;

        void ForEach(Action<int, int> body)
        {
            int planes = x.Count / (height * width);
            for (int line = 0; line < planes * rows.Length; line++)
            {
                int row = rows[line % rows.Length];
                for (int i = 0; row >= 0 && i < columns.Length; i++)
                {
                    if (columns[i] >= 0)
                    {
                        body((line * columns.Length) + i, (((line / rows.Length * height) + row) * width) + columns[i]);
                    }
                }
            }
        }
    }

    /// <summary>Square patches side by side, each as one vector of channels, rows and columns: a convolution with stride is a linear map of them.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="size">The side of a patch; what is left at the right and at the bottom is left out.</param>
    /// <returns>[batch, patches, channels * size * size], patches in rows from the top left.</returns>
    public static Tensor Patches(this Tensor x, int size)
    {
        ArgumentNullException.ThrowIfNull(x);
        (int high, int wide) = (x.Size(2) / size, x.Size(3) / size);
        Tensor whole = high * size == x.Size(2) ? x : x.Slice(2, 0, high * size);
        whole = wide * size == x.Size(3) ? whole : whole.Slice(3, 0, wide * size);
        return whole.Reshape(x.Size(0), x.Size(1), high, size, wide, size).Permute(0, 2, 4, 1, 3, 5).Reshape(x.Size(0), high * wide, x.Size(1) * size * size);
    }

    private static int[] Sources(int size, int before, int after, bool mirrored)
    {
        int[] sources = new int[before + size + after];
        for (int i = 0; i < sources.Length; i++)
        {
            int source = i - before;
            bool isInside = source >= 0 && source < size;
            sources[i] = isInside ? source : !mirrored ? -1 : source < 0 ? -source : (2 * (size - 1)) - source;
        }

        return sources;
    }

    private static void GroupNormBackward(Tensor x, int groups, Tensor? weight, Tensor? bias, float[] statistics, Tensor dy)
    {
        int channels = x.Size(1);
        int area = x.Count / (x.Size(0) * channels);
        int size = channels / groups * area;
        Span<float> dw = weight is { RequiresGradient: true } ? weight.OpenSparseGradient().Values : default;
        Span<float> db = bias is { RequiresGradient: true } ? bias.OpenSparseGradient().Values : default;
        float[] products = new float[x.Size(0) * channels];
        float[] sums = new float[products.Length];
        for (int plane = 0; plane < products.Length; plane++)
        {
            int group = plane / (channels / groups);
            ReadOnlySpan<float> slope = dy.Values.Slice(plane * area, area);
            sums[plane] = Elementwise.Sum(slope);
            products[plane] = (Elementwise.Dot(slope, x.Values.Slice(plane * area, area)) - (statistics[2 * group] * sums[plane])) * statistics[(2 * group) + 1];
            if (!dw.IsEmpty)
            {
                dw[plane % channels] += products[plane];
            }

            if (!db.IsEmpty)
            {
                db[plane % channels] += sums[plane];
            }
        }

        if (!x.RequiresGradient)
        {
            return;
        }

        Tensor dx = x.OpenSparseGradient();
        x.Context.Team.For(x.Size(0) * groups, Math.Max(1, ActivationOperations.LeastElements / size), (start, end) =>
        {
            for (int group = start; group < end; group++)
            {
                (float mean, float scale) = (statistics[2 * group], statistics[(2 * group) + 1]);
                float shift = 0;
                float slope = 0;
                int firstPlane = group * (channels / groups);
                for (int plane = firstPlane; plane < firstPlane + (channels / groups); plane++)
                {
                    float factor = weight is null ? 1 : weight.Values[plane % channels];
                    shift += factor * sums[plane] / size;
                    slope += factor * products[plane] / size;
                }

                for (int i = group * size; i < (group + 1) * size; i++)
                {
                    float factor = weight is null ? 1 : weight.Values[i / area % channels];
                    dx.Values[i] += scale * ((factor * dy.Values[i]) - shift - (slope * (x.Values[i] - mean) * scale));
                }
            }
        });
    }
}
