namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>Sums over the rows of a matrix.</summary>
internal static class Columns
{
    /// <summary>Columns a thread sums at once: a few cache lines, so that a row's part is read as one stream.</summary>
    private const int Least = 64;

    /// <summary>sums[j] = or += the sum over i of x[i, j], rows in order.</summary>
    public static void Sum(WorkerTeam team, Tensor x, int rows, int columns, Tensor sums, bool accumulate) =>
        team.For(columns, rows * (long)columns < 1 << 14 ? columns : Least, (start, end) =>
        {
            ReadOnlySpan<float> values = x.Values;
            Span<float> target = sums.Values[start..end];
            if (!accumulate)
            {
                target.Clear();
            }

            for (int row = 0; row < rows; row++)
            {
                Elementwise.Add(values.Slice((row * columns) + start, end - start), target);
            }
        });
}
