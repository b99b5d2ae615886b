using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Operations;

/// <summary>Images of another size.</summary>
public static class ResamplingOperations
{
    /// <summary>Resizes images, first across and then down.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="size">The new height and width.</param>
    /// <param name="filter">How pixels are made.</param>
    /// <param name="alignsCorners">Whether the centres of the corner pixels stay where they are, rather than the corners of the image.</param>
    /// <param name="antialias">Whether the filter widens as the image shrinks, so that every old pixel counts. Not with aligned corners.</param>
    public static Tensor Resize(this Tensor x, (int Height, int Width) size, ResizeFilter filter, bool alignsCorners = false, bool antialias = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        Shapes.Require(size.Height > 0 && size.Width > 0 && x.Rank == 4 && x.Count > 0, $"Images of shape {x.Shape} cannot become {size}.");
        Shapes.Require(!(alignsCorners && antialias), "Antialiasing and aligned corners exclude each other.");
        Tensor across = Apply(x, ResamplingTable.Create(x.Size(3), size.Width, filter, alignsCorners, antialias), isVertical: false);
        return Apply(across, ResamplingTable.Create(x.Size(2), size.Height, filter, alignsCorners, antialias), isVertical: true);
    }

    private static Tensor Apply(Tensor x, ResamplingTable table, bool isVertical)
    {
        (int height, int width) = isVertical ? (table.Count, x.Size(3)) : (x.Size(2), table.Count);
        int lines = isVertical ? x.Size(0) * x.Size(1) : x.Size(0) * x.Size(1) * x.Size(2);
        int inner = isVertical ? x.Size(3) : 1;
        int old = isVertical ? x.Size(2) : x.Size(3);
        Tensor y = x.Context.Zeros(x.Size(0), x.Size(1), height, width);
        x.Context.Team.For(lines, 1, (start, end) => table.ForEach(start, end, old, inner, (source, target, weight) => y.Values[target] += weight * x.Values[source]));
        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Tensor dx = x.OpenSparseGradient();
                x.Context.Team.For(
                    lines, 1, (start, end) => table.ForEach(start, end, old, inner, (source, target, weight) => dx.Values[source] += weight * dy.Values[target]));
            });
        }

        return y;
    }
}
