using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace TaskVectors.LinearAlgebra;

/// <summary>
/// The lines of a matrix, its rows or its columns, in 16-bit fixed point: panels of a few lines side by side, in each one pair of neighbouring elements of
/// every line after the other. Missing lines and elements are 0.
/// </summary>
internal readonly unsafe struct FixedPointPanels
{
    // Stores of a whole vector may reach beyond the last panel.
    private const int Overhang = 16;

    private readonly int[] _pairs;
    private readonly float[] _units;

    private FixedPointPanels(int lines, int length, int width)
    {
        PairCount = (length + 1) / 2;
        int panels = (lines + width - 1) / width;
        _pairs = ArrayPool<int>.Shared.Rent(checked((panels * width * PairCount) + Overhang));
        _units = ArrayPool<float>.Shared.Rent(panels * width);
    }

    /// <summary>The pairs of one line.</summary>
    public int PairCount { get; }

    /// <summary>Panel by panel, pair by pair, line by line: the first element of a pair in the lower half.</summary>
    public ReadOnlySpan<int> Pairs => _pairs;

    /// <summary>What 1 in fixed point stands for, line by line.</summary>
    public ReadOnlySpan<float> Units => _units;

    /// <summary>The rows of a matrix whose rows are contiguous.</summary>
    public static FixedPointPanels OfRows(ReadOnlyMatrixSpan<float> matrix, int width, double mostNorm)
    {
        (int lines, int length) = (matrix.Rows, matrix.Columns);
        var panels = new FixedPointPanels(lines, length, width);
        fixed (float* source = matrix.Elements)
        fixed (int* pairs = panels._pairs)
        {
            for (int line = 0; line < (lines + width - 1) / width * width; line++)
            {
                int* target = pairs + ((long)line / width * panels.PairCount * width) + (line % width);
                if (line >= lines)
                {
                    for (int pair = 0; pair < panels.PairCount; pair++)
                    {
                        target[pair * width] = 0;
                    }

                    continue;
                }

                float* row = source + ((long)line * matrix.Stride);
                float scale = Scale(new ReadOnlySpan<float>(row, length), mostNorm);
                panels._units[line] = 1 / scale;
                PackRow(row, length, scale, target, width);
            }
        }

        return panels;
    }

    /// <summary>The columns of a matrix whose rows are contiguous.</summary>
    public static FixedPointPanels OfColumns(ReadOnlyMatrixSpan<float> matrix, int width, double mostNorm)
    {
        (int lines, int length) = (matrix.Columns, matrix.Rows);
        var panels = new FixedPointPanels(lines, length, width);
        float[] scales = ArrayPool<float>.Shared.Rent(lines + Overhang + width);
        ColumnScales(matrix, mostNorm, scales.AsSpan(0, lines));
        scales.AsSpan(lines).Clear();
        for (int line = 0; line < lines; line++)
        {
            panels._units[line] = 1 / scales[line];
        }

        float[] zeros = new float[lines];
        for (int pair = 0; pair < panels.PairCount; pair++)
        {
            ReadOnlySpan<float> even = matrix.Elements.Slice(2 * pair * matrix.Stride, lines);
            ReadOnlySpan<float> odd = (2 * pair) + 1 < length ? matrix.Elements.Slice(((2 * pair) + 1) * matrix.Stride, lines) : zeros;
            fixed (float* first = even, second = odd, factors = scales)
            fixed (int* pairs = panels._pairs)
            {
                for (int line = 0; line < lines; line += width)
                {
                    int* target = pairs + ((((long)line / width * panels.PairCount) + pair) * width);
                    PackColumns(first + line, second + line, factors + line, Math.Min(width, lines - line), target, width);
                }
            }
        }

        ArrayPool<float>.Shared.Return(scales);
        return panels;
    }

    /// <summary>Gives the memory back.</summary>
    public void Return()
    {
        ArrayPool<int>.Shared.Return(_pairs);
        ArrayPool<float>.Shared.Return(_units);
    }

    private static int Round(float value) => (int)MathF.Round(value);

    private static int Pair(float first, float second) => (Round(second) << 16) | (Round(first) & 0xFFFF);

    private static void PackRow(float* row, int length, float scale, int* target, int width)
    {
        int index = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            int* pairs = stackalloc int[16];
            for (; index <= length - 32; index += 32)
            {
                Vector512<int> low = Vector512.ConvertToInt32(Vector512.Round(Vector512.Load(row + index) * scale));
                Vector512<int> high = Vector512.ConvertToInt32(Vector512.Round(Vector512.Load(row + index + 16) * scale));
                Vector512.Narrow(low, high).AsInt32().Store(pairs);
                for (int pair = 0; pair < 16; pair++)
                {
                    target[0] = pairs[pair];
                    target += width;
                }
            }
        }

        for (; index < length; index += 2)
        {
            *target = Pair(row[index] * scale, index + 1 < length ? row[index + 1] * scale : 0);
            target += width;
        }
    }

    // Vectors reach beyond a panel into the next pair, which is written after, and read scales of 0 beyond the last column.
    private static void PackColumns(float* first, float* second, float* scales, int count, int* target, int width)
    {
        int line = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; line <= count - 16; line += 16)
            {
                var factor = Vector512.Load(scales + line);
                Vector512<int> even = Vector512.ConvertToInt32(Vector512.Round(Vector512.Load(first + line) * factor));
                Vector512<int> odd = Vector512.ConvertToInt32(Vector512.Round(Vector512.Load(second + line) * factor));
                ((odd << 16) | (even & Vector512.Create(0xFFFF))).Store(target + line);
            }
        }

        for (; line < count; line++)
        {
            target[line] = Pair(first[line] * scales[line], second[line] * scales[line]);
        }

        for (; line < width; line++)
        {
            target[line] = 0;
        }
    }

    private static float Scale(ReadOnlySpan<float> line, double mostNorm)
    {
        (double largest, double square) = (0, 0);
        for (int first = 0; first < line.Length; first += FixedPointProduct.Run)
        {
            ReadOnlySpan<float> run = line.Slice(first, Math.Min(FixedPointProduct.Run, line.Length - first));
            square = Math.Max(square, MatrixNorms.Inner(run, run));
        }

        largest = MatrixNorms.LargestMagnitude(new ReadOnlyMatrixSpan<float>(line, 1, line.Length));
        return Scale(largest, square, mostNorm);
    }

    private static float Scale(double largest, double square, double mostNorm) =>
        largest > 0 ? (float)Math.Min(short.MaxValue / largest, mostNorm / Math.Sqrt(square)) : 1;

    private static void ColumnScales(ReadOnlyMatrixSpan<float> matrix, double mostNorm, Span<float> scales)
    {
        float[] squares = new float[matrix.Columns];
        float[] mostSquares = new float[matrix.Columns];
        float[] largest = new float[matrix.Columns];
        for (int row = 0; row < matrix.Rows; row++)
        {
            ReadOnlySpan<float> values = matrix.Elements.Slice(row * matrix.Stride, matrix.Columns);
            SquareMath.Accumulate(values, squares, largest);
            if ((row + 1) % FixedPointProduct.Run == 0 || row == matrix.Rows - 1)
            {
                for (int column = 0; column < squares.Length; column++)
                {
                    mostSquares[column] = Math.Max(mostSquares[column], squares[column]);
                }

                squares.AsSpan().Clear();
            }
        }

        for (int column = 0; column < scales.Length; column++)
        {
            scales[column] = Scale(largest[column], mostSquares[column] * (1 + 1e-5), mostNorm);
        }
    }
}
