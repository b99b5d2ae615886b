using System.Runtime.CompilerServices;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>
/// The patches of an image under a moving kernel as the columns of a matrix of [channels * kernel height * kernel width, places], for a range
/// of rows of places; and the sum back into the image.
/// </summary>
internal sealed record ImageColumns(
    int Channels,
    int Height,
    int Width,
    int KernelHeight,
    int KernelWidth,
    (int Y, int X) Stride,
    (int Y, int X) Padding,
    (int Y, int X) Dilation,
    int PlacesHigh,
    int PlacesWide)
{
    public int Depth => Channels * KernelHeight * KernelWidth;

    /// <summary>Whether the matrix is the image itself.</summary>
    public bool IsIdentity => KernelHeight == 1 && KernelWidth == 1 && Stride == (1, 1) && Padding == (0, 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather(ReadOnlySpan<float> image, int firstRow, int rows, Span<float> columns, int start, int end)
    {
        int places = rows * PlacesWide;
        for (int line = start; line < end; line++)
        {
            (int channel, int y, int x) = Place(line);
            Span<float> target = columns.Slice(line * places, places);
            for (int row = 0; row < rows; row++)
            {
                int sourceRow = ((firstRow + row) * Stride.Y) - Padding.Y + y;
                Span<float> part = target.Slice(row * PlacesWide, PlacesWide);
                if ((uint)sourceRow >= (uint)Height)
                {
                    part.Clear();
                    continue;
                }

                ReadOnlySpan<float> source = image.Slice(((channel * Height) + sourceRow) * Width, Width);
                (int first, int last) = Inside(x);
                part[..first].Clear();
                part[last..].Clear();
                int column = (first * Stride.X) - Padding.X + x;
                if (Stride.X == 1 && last > first)
                {
                    source.Slice(column, last - first).CopyTo(part[first..]);
                    continue;
                }

                for (int place = first; place < last; place++, column += Stride.X)
                {
                    part[place] = source[column];
                }
            }
        }
    }

    /// <summary>Adds columns to the image, for a range of channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scatter(ReadOnlySpan<float> columns, int firstRow, int rows, Span<float> image, int firstChannel, int endChannel)
    {
        int places = rows * PlacesWide;
        int kernel = KernelHeight * KernelWidth;
        for (int line = firstChannel * kernel; line < endChannel * kernel; line++)
        {
            (int channel, int y, int x) = Place(line);
            (int first, int last) = Inside(x);
            for (int row = 0; row < rows; row++)
            {
                int targetRow = ((firstRow + row) * Stride.Y) - Padding.Y + y;
                if ((uint)targetRow >= (uint)Height)
                {
                    continue;
                }

                ReadOnlySpan<float> part = columns.Slice((line * places) + (row * PlacesWide), PlacesWide);
                Span<float> target = image.Slice(((channel * Height) + targetRow) * Width, Width);
                int column = (first * Stride.X) - Padding.X + x;
                if (Stride.X == 1 && last > first)
                {
                    Elementwise.Add(part[first..last], target.Slice(column, last - first));
                    continue;
                }

                for (int place = first; place < last; place++, column += Stride.X)
                {
                    target[column] += part[place];
                }
            }
        }
    }

    private (int Channel, int Y, int X) Place(int line)
    {
        int kernel = KernelHeight * KernelWidth;
        int inner = line % kernel;
        return (line / kernel, inner / KernelWidth * Dilation.Y, inner % KernelWidth * Dilation.X);
    }

    /// <summary>The places whose element lies within the image's width.</summary>
    private (int First, int Last) Inside(int x)
    {
        int first = Math.Clamp((Padding.X - x + Stride.X - 1) / Stride.X, 0, PlacesWide);
        int room = Width - 1 + Padding.X - x;
        int last = room < 0 ? first : Math.Clamp((room / Stride.X) + 1, first, PlacesWide);
        return (first, last);
    }
}
