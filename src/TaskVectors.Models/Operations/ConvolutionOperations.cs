using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>Convolutions, as matrix products over patches.</summary>
public static class ConvolutionOperations
{
    /// <summary>Elements of patches held at once: 16 MiB.</summary>
    private const int PatchElements = 1 << 22;

    /// <summary>The cross-correlation of images with kernels.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="weight">[outputs, channels / groups, kernel height, kernel width].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="options">Stride, padding, dilation, groups.</param>
    /// <returns>[batch, outputs, h, w] with h = (height + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Convolve(this Tensor x, Tensor weight, Tensor? bias = null, ConvolutionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        options ??= new ConvolutionOptions();
        int groups = options.Groups;
        Shapes.Require(
            x.Rank == 4 && weight.Rank == 4 && groups > 0 && weight.Size(0) % groups == 0 && x.Size(1) == weight.Size(1) * groups,
            $"Kernels of shape {weight.Shape} in {groups} groups do not fit images of shape {x.Shape}.");
        int high = Places(x.Size(2), weight.Size(2), options.Stride.Y, options.Padding.Y, options.Dilation.Y);
        int wide = Places(x.Size(3), weight.Size(3), options.Stride.X, options.Padding.X, options.Dilation.X);
        Shapes.Require(high > 0 && wide > 0, $"A kernel of shape {weight.Shape} is larger than images of shape {x.Shape}.");
        ImageColumns geometry = new(
            weight.Size(1), x.Size(2), x.Size(3), weight.Size(2), weight.Size(3), options.Stride, options.Padding, options.Dilation, high, wide);
        ComputeContext context = x.Context;
        Tensor y = context.Allocate(x.Size(0), weight.Size(0), high, wide);
        Layout layout = new(context, geometry, x, y, weight, groups, weight.Size(0) / groups);
        ForEachStrip(layout, (image, columns, strip) => MatrixProducts.Multiply(
            layout.Weights(strip.Group), columns, 0, layout.Places(y, image, strip)));
        AddBias(y, bias);
        if (context.Needs(x, weight, bias))
        {
            context.Record(y, dy =>
            {
                BiasGradient(dy, bias);
                Tensor? dx = x.RequiresGradient ? x.OpenSparseGradient() : null;
                Tensor? dw = weight.RequiresGradient ? weight.OpenSparseGradient() : null;
                ForEachStrip(layout, (image, columns, strip) =>
                {
                    MatrixView gradient = layout.Places(dy, image, strip);
                    if (dw is not null)
                    {
                        MatrixProducts.Multiply(gradient, columns.Transposed, 1, layout.Weights(strip.Group) with { Tensor = dw });
                    }

                    if (dx is not null)
                    {
                        MatrixProducts.Multiply(layout.Weights(strip.Group).Transposed, gradient, 0, columns);
                        Scatter(layout, columns, dx, image, strip);
                    }
                }, gathers: dw is not null);
            });
        }

        return y;
    }

    /// <summary>The adjoint of <see cref="Convolve"/> in the images: each element spreads a kernel over the output.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="weight">[channels, outputs / groups, kernel height, kernel width].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="options">Stride, padding, dilation, groups, output padding.</param>
    /// <returns>[batch, outputs, h, w] with h = (height - 1) stride - 2 padding + dilation (kernel - 1) + output padding + 1.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor ConvolveTransposed(this Tensor x, Tensor weight, Tensor? bias = null, ConvolutionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        options ??= new ConvolutionOptions();
        int groups = options.Groups;
        Shapes.Require(
            x.Rank == 4 && weight.Rank == 4 && groups > 0 && x.Size(1) == weight.Size(0) && x.Size(1) % groups == 0,
            $"Kernels of shape {weight.Shape} in {groups} groups do not fit images of shape {x.Shape}.");
        int high = ((x.Size(2) - 1) * options.Stride.Y) - (2 * options.Padding.Y) + (options.Dilation.Y * (weight.Size(2) - 1)) + options.OutputPadding.Y + 1;
        int wide = ((x.Size(3) - 1) * options.Stride.X) - (2 * options.Padding.X) + (options.Dilation.X * (weight.Size(3) - 1)) + options.OutputPadding.X + 1;
        Shapes.Require(high > 0 && wide > 0, $"Padding leaves nothing of images of shape {x.Shape} under a kernel of shape {weight.Shape}.");
        ComputeContext context = x.Context;
        Tensor y = context.Zeros(x.Size(0), weight.Size(1) * groups, high, wide);
        ImageColumns geometry = new(
            weight.Size(1), high, wide, weight.Size(2), weight.Size(3), options.Stride, options.Padding, options.Dilation, x.Size(2), x.Size(3));
        Layout layout = new(context, geometry, y, x, weight, groups, x.Size(1) / groups);
        ForEachStrip(layout, (image, columns, strip) =>
        {
            MatrixProducts.Multiply(layout.Weights(strip.Group).Transposed, layout.Places(x, image, strip), 0, columns);
            Scatter(layout, columns, y, image, strip);
        }, gathers: false);
        AddBias(y, bias);
        if (context.Needs(x, weight, bias))
        {
            context.Record(y, dy =>
            {
                BiasGradient(dy, bias);
                Tensor? dx = x.RequiresGradient ? x.OpenSparseGradient() : null;
                Tensor? dw = weight.RequiresGradient ? weight.OpenSparseGradient() : null;
                ForEachStrip(layout with { Image = dy }, (image, columns, strip) =>
                {
                    if (dx is not null)
                    {
                        MatrixProducts.Multiply(layout.Weights(strip.Group), columns, 1, layout.Places(dx, image, strip));
                    }

                    if (dw is not null)
                    {
                        MatrixProducts.Multiply(layout.Places(x, image, strip), columns.Transposed, 1, layout.Weights(strip.Group) with { Tensor = dw });
                    }
                });
            });
        }

        return y;
    }

    private static int Places(int size, int kernel, int stride, int padding, int dilation) =>
        ((size + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1;

    /// <summary>Walks images, groups and strips of rows of places; gathers the patches of each strip where they are wanted.</summary>
    private static void ForEachStrip(Layout layout, Action<int, MatrixView, Strip> body, bool gathers = true)
    {
        ImageColumns geometry = layout.Geometry;
        int lineElements = geometry.Depth * geometry.PlacesWide;
        int rows = Math.Clamp(PatchElements / Math.Max(1, lineElements), 1, geometry.PlacesHigh);
        using Tensor buffer = layout.Context.AllocateUntracked(new TensorShape((long)rows * lineElements));
        for (int image = 0; image < layout.Image.Size(0); image++)
        {
            for (int group = 0; group < layout.Groups; group++)
            {
                for (int row = 0; row < geometry.PlacesHigh; row += rows)
                {
                    Strip strip = new(group, row, Math.Min(rows, geometry.PlacesHigh - row));
                    MatrixView columns = MatrixView.Of(buffer, geometry.Depth, strip.Rows * geometry.PlacesWide);
                    if (gathers)
                    {
                        int start = layout.ImageStart(image, group);
                        layout.Context.Team.For(geometry.Depth, Math.Max(1, ActivationOperations.LeastElements / columns.Columns), (first, end) =>
                            geometry.Gather(layout.Image.Values[start..], strip.Row, strip.Rows, buffer.Values, first, end));
                    }

                    body(image, columns, strip);
                }
            }
        }
    }

    private static void Scatter(Layout layout, MatrixView columns, Tensor target, int image, Strip strip)
    {
        int start = layout.ImageStart(image, strip.Group);
        layout.Context.Team.For(layout.Geometry.Channels, 1, (first, end) =>
            layout.Geometry.Scatter(columns.Tensor.Values, strip.Row, strip.Rows, target.Values[start..], first, end));
    }

    private static void AddBias(Tensor y, Tensor? bias)
    {
        if (bias is null)
        {
            return;
        }

        int channels = y.Size(1);
        int area = y.Size(2) * y.Size(3);
        Shapes.Require(bias.Count == channels, $"A bias of shape {bias.Shape} does not fit {channels} channels.");
        y.Context.Team.For(y.Size(0) * channels, Math.Max(1, ActivationOperations.LeastElements / area), (start, end) =>
        {
            for (int plane = start; plane < end; plane++)
            {
                float term = bias.Values[plane % channels];
                foreach (ref float value in y.Values.Slice(plane * area, area))
                {
                    value += term;
                }
            }
        });
    }

    private static void BiasGradient(Tensor dy, Tensor? bias)
    {
        if (bias is not { RequiresGradient: true })
        {
            return;
        }

        int channels = dy.Size(1);
        int area = dy.Size(2) * dy.Size(3);
        Span<float> gradient = bias.OpenSparseGradient().Values;
        for (int plane = 0; plane < dy.Size(0) * channels; plane++)
        {
            gradient[plane % channels] += Elementwise.Sum(dy.Values.Slice(plane * area, area));
        }
    }

    /// <summary>A range of rows of places of one group.</summary>
    private readonly record struct Strip(int Group, int Row, int Rows);

    /// <summary>Where images, places and weights of each group lie.</summary>
    /// <param name="Context">Where it runs.</param>
    /// <param name="Geometry">Patches of one group.</param>
    /// <param name="Image">The side that patches are taken of.</param>
    /// <param name="PlaceTensor">The side with one element a place.</param>
    /// <param name="Weight">[groups * place channels, image channels of a group, kernel].</param>
    /// <param name="Groups">The number of groups.</param>
    /// <param name="PlaceChannels">Channels of a group on the side of places.</param>
    private sealed record Layout(
        ComputeContext Context, ImageColumns Geometry, Tensor Image, Tensor PlaceTensor, Tensor Weight, int Groups, int PlaceChannels)
    {
        public int ImageStart(int image, int group) => ((image * Groups) + group) * Geometry.Channels * Geometry.Height * Geometry.Width;

        public MatrixView Weights(int group) => MatrixView.Of(Weight, PlaceChannels, Geometry.Depth, group * PlaceChannels * Geometry.Depth);

        public MatrixView Places(Tensor tensor, int image, Strip strip)
        {
            int area = Geometry.PlacesHigh * Geometry.PlacesWide;
            int start = (((image * Groups) + strip.Group) * PlaceChannels * area) + (strip.Row * Geometry.PlacesWide);
            return new MatrixView(tensor, start, PlaceChannels, strip.Rows * Geometry.PlacesWide, area);
        }
    }
}
