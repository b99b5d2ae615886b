using System.Buffers;
using System.Numerics;

namespace TaskVectors.LinearAlgebra;

/// <summary>
/// Products of F32 matrices in 16-bit fixed point, at twice the speed of F32 and with errors of about 1e-4 of the norms: every row of the left factor and
/// every column of the right one is scaled so that the sum of products of a run of <see cref="Run"/> pairs fits 32 bits, whatever the signs (by the
/// inequality of Cauchy and Schwarz), and is exact; runs are summed in F32 in order. The same bytes for any width of vectors.
/// </summary>
internal static unsafe class FixedPointProduct
{
    /// <summary>How many products are summed exactly before the sum is turned into F32.</summary>
    public const int Run = 128;

    /// <summary>Rows of a panel of the left factor, and columns of one of the right factor.</summary>
    public const int PanelRows = 12;
    public const int PanelColumns = 32;

    // 2^15.5, less what rounding Run elements by a half each adds to a norm.
    private const double MostNorm = 46340 - 8;

    /// <summary>Whether it is faster than F32 here.</summary>
    public static bool IsFast => FixedPointKernel.IsFast;

    /// <summary>C = C + A B.</summary>
    /// <param name="a">m x k, rows contiguous.</param>
    /// <param name="b">k x n, rows contiguous.</param>
    /// <param name="c">m x n.</param>
    public static void Add(ReadOnlyMatrixSpan<float> a, ReadOnlyMatrixSpan<float> b, MatrixSpan<float> c)
    {
        var left = FixedPointPanels.OfRows(a, PanelRows, MostNorm);
        var right = FixedPointPanels.OfColumns(b, PanelColumns, MostNorm);
        Add(left, right, c, isUpper: false);
        left.Return();
        right.Return();
    }

    /// <summary>C = A A^T, upper triangle and some of the rest; A may be transposed.</summary>
    /// <param name="a">m x k.</param>
    /// <param name="c">m x m.</param>
    public static void GramUpper(ReadOnlyMatrixSpan<float> a, MatrixSpan<float> c)
    {
        ReadOnlyMatrixSpan<float> stored = a.IsTransposed ? a.Transpose() : a;
        var left = a.IsTransposed ? FixedPointPanels.OfColumns(stored, PanelRows, MostNorm) : FixedPointPanels.OfRows(stored, PanelRows, MostNorm);
        var right = a.IsTransposed ? FixedPointPanels.OfColumns(stored, PanelColumns, MostNorm) : FixedPointPanels.OfRows(stored, PanelColumns, MostNorm);
        c.Elements.Clear();
        Add(left, right, c, isUpper: true);
        left.Return();
        right.Return();
    }

    // A run of all panels of the right factor stays in the second-level cache, that of one of the left factor in the first.
    private static void Add(FixedPointPanels left, FixedPointPanels right, MatrixSpan<float> c, bool isUpper)
    {
        int* sums = stackalloc int[(PanelRows * PanelColumns) + 16];
        sums = (int*)(((nint)sums + 63) & ~63);
        int pairs = Run / 2;
        fixed (int* a = left.Pairs, b = right.Pairs)
        {
            for (int first = 0; first < left.PairCount; first += pairs)
            {
                int count = Math.Min(pairs, left.PairCount - first);
                for (int row = 0; row < c.Rows; row += PanelRows)
                {
                    int* rows = a + ((((long)row / PanelRows * left.PairCount) + first) * PanelRows);
                    for (int column = isUpper ? row / PanelColumns * PanelColumns : 0; column < c.Columns; column += PanelColumns)
                    {
                        FixedPointKernel.Multiply(count, rows, b + ((((long)column / PanelColumns * right.PairCount) + first) * PanelColumns), sums);
                        Flush(sums, left.Units, right.Units, row, column, c);
                    }
                }
            }
        }
    }

    private static void Flush(int* sums, ReadOnlySpan<float> rowUnits, ReadOnlySpan<float> columnUnits, int firstRow, int firstColumn, MatrixSpan<float> c)
    {
        int columns = Math.Min(PanelColumns, c.Columns - firstColumn);
        int rows = Math.Min(PanelRows, c.Rows - firstRow);
        ReadOnlySpan<float> units = columnUnits.Slice(firstColumn, columns);
        for (int row = 0; row < rows; row++)
        {
            float unit = rowUnits[firstRow + row];
            Span<float> target = c.Row(firstRow + row).Slice(firstColumn, columns);
            var exact = new ReadOnlySpan<int>(sums + (row * PanelColumns), columns);
            int column = 0;
            for (; column <= columns - Vector<float>.Count; column += Vector<float>.Count)
            {
                Vector.FusedMultiplyAdd(
                    Vector.ConvertToSingle(new Vector<int>(exact[column..])), new Vector<float>(units[column..]) * unit, new Vector<float>(target[column..]))
                    .CopyTo(target[column..]);
            }

            for (; column < columns; column++)
            {
                target[column] = MathF.FusedMultiplyAdd(exact[column], units[column] * unit, target[column]);
            }
        }
    }
}
