using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Operations;

/// <summary>Averages and maxima of windows of images.</summary>
public static class PoolingOperations
{
    /// <summary>The average of each window.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="window">Size, stride, padding, rounding.</param>
    /// <param name="countsPadding">Whether the divisor counts padding; rows and columns beyond it never count.</param>
    public static Tensor AveragePool(this Tensor x, PoolingWindow window, bool countsPadding = true)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(window);
        return Average(x, window.Ranges(x.Size(2), countsPadding), window.Ranges(x.Size(3), countsPadding));
    }

    /// <summary>The average of windows that divide the image into a given number of rows and columns, overlapping where they must.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="size">Rows and columns of the result.</param>
    public static Tensor AdaptiveAveragePool(this Tensor x, (int Height, int Width) size)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Average(x, PoolingWindow.Divide(x.Size(2), size.Height), PoolingWindow.Divide(x.Size(3), size.Width));
    }

    /// <summary>The largest element of each window; the first of equal ones has the gradient.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="window">Size, stride, padding, dilation.</param>
    public static Tensor MaxPool(this Tensor x, PoolingWindow window)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(window);
        return Max(x, window.Ranges(x.Size(2), countsPadding: false), window.Ranges(x.Size(3), countsPadding: false));
    }

    /// <summary>The largest element of windows that divide the image into a given number of rows and columns.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="size">Rows and columns of the result.</param>
    public static Tensor AdaptiveMaxPool(this Tensor x, (int Height, int Width) size)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Max(x, PoolingWindow.Divide(x.Size(2), size.Height), PoolingWindow.Divide(x.Size(3), size.Width));
    }

    private static Tensor Average(Tensor x, PoolingRange[] rows, PoolingRange[] columns)
    {
        Tensor y = x.Context.Allocate(x.Size(0), x.Size(1), rows.Length, columns.Length);
        ForEachWindow(x, rows, columns, (place, start, row, column) =>
        {
            float sum = 0;
            for (int i = row.First; i < row.End; i += row.Step)
            {
                for (int j = column.First; j < column.End; j += column.Step)
                {
                    sum += x.Values[start + (i * x.Size(3)) + j];
                }
            }

            y.Values[place] = sum / (row.Divisor * column.Divisor);
        });
        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Tensor dx = x.OpenSparseGradient();
                ForEachWindow(x, rows, columns, (place, start, row, column) =>
                {
                    float slope = dy.Values[place] / (row.Divisor * column.Divisor);
                    for (int i = row.First; i < row.End; i += row.Step)
                    {
                        for (int j = column.First; j < column.End; j += column.Step)
                        {
                            dx.Values[start + (i * x.Size(3)) + j] += slope;
                        }
                    }
                });
            });
        }

        return y;
    }

    private static Tensor Max(Tensor x, PoolingRange[] rows, PoolingRange[] columns)
    {
        Tensor y = x.Context.Allocate(x.Size(0), x.Size(1), rows.Length, columns.Length);
        int[] chosen = new int[y.Count];
        ForEachWindow(x, rows, columns, (place, start, row, column) =>
        {
            float largest = float.NegativeInfinity;
            for (int i = row.First; i < row.End; i += row.Step)
            {
                for (int j = column.First; j < column.End; j += column.Step)
                {
                    int index = start + (i * x.Size(3)) + j;
                    float value = x.Values[index];
                    if (value > largest || float.IsNaN(value))
                    {
                        largest = value;
                        chosen[place] = index;
                    }
                }
            }

            y.Values[place] = largest;
        });
        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Span<float> gradient = x.OpenSparseGradient().Values;
                for (int place = 0; place < chosen.Length; place++)
                {
                    gradient[chosen[place]] += dy.Values[place];
                }
            });
        }

        return y;
    }

    private static void ForEachWindow(Tensor x, PoolingRange[] rows, PoolingRange[] columns, Action<int, int, PoolingRange, PoolingRange> body)
    {
        int place = 0;
        for (int plane = 0; plane < x.Size(0) * x.Size(1); plane++)
        {
            foreach (PoolingRange row in rows)
            {
                foreach (PoolingRange column in columns)
                {
                    body(place++, plane * x.Size(2) * x.Size(3), row, column);
                }
            }
        }
    }
}
