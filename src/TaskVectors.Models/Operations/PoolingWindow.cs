namespace TaskVectors.Models.Operations;

/// <summary>A square window that moves over an image.</summary>
/// <param name="Size">The side of the window.</param>
/// <param name="Stride">Steps between neighbouring windows.</param>
/// <param name="Padding">Rows and columns around the image in which windows may start and end.</param>
/// <param name="Dilation">Steps between neighbouring elements of a window.</param>
/// <param name="RoundsUp">Whether a last window that hangs over the end counts; it must start within the image or its left padding.</param>
public sealed record PoolingWindow(int Size, int Stride, int Padding = 0, int Dilation = 1, bool RoundsUp = false)
{
    /// <summary>Windows that divide a length evenly, overlapping where they must.</summary>
    internal static PoolingRange[] Divide(int length, int count)
    {
        PoolingRange[] ranges = new PoolingRange[count];
        for (int i = 0; i < count; i++)
        {
            int first = i * length / count;
            int end = (((i + 1) * length) + count - 1) / count;
            ranges[i] = new PoolingRange(first, end, 1, end - first);
        }

        return ranges;
    }

    internal PoolingRange[] Ranges(int length, bool countsPadding)
    {
        int room = length + (2 * Padding) - (Dilation * (Size - 1)) - 1;
        int count = ((room + (RoundsUp ? Stride - 1 : 0)) / Stride) + 1;
        if (RoundsUp && (count - 1) * Stride >= length + Padding)
        {
            count--;
        }

        PoolingRange[] ranges = new PoolingRange[count];
        for (int i = 0; i < count; i++)
        {
            int start = (i * Stride) - Padding;
            int end = Math.Min(start + (Dilation * (Size - 1)) + 1, length + Padding);
            int first = start;
            while (first < 0)
            {
                first += Dilation;
            }

            int last = Math.Min(end, length);
            ranges[i] = new PoolingRange(first, last, Dilation, countsPadding ? end - start : Math.Max(1, (last - first + Dilation - 1) / Dilation));
        }

        return ranges;
    }
}
