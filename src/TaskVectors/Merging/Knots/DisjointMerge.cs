namespace TaskVectors.Merging.Knots;

/// <summary>
/// The last two steps of TIES on entries of several tasks: elect the sign of the sum of what survived the trim, and merge the entries that
/// have it. An exactly zero sum counts as positive.
/// </summary>
/// <param name="thresholds">The magnitude from which on a task's entries survive.</param>
/// <param name="aggregate">How entries become one.</param>
internal sealed class DisjointMerge(double[] thresholds, KnotsAggregate aggregate)
{
    /// <summary>Merges one entry of every task.</summary>
    public double Merge(ReadOnlySpan<double> entries)
    {
        double sum = 0;
        for (int task = 0; task < entries.Length; task++)
        {
            sum += Trimmed(task, entries[task]);
        }

        double total = 0;
        int count = 0;
        for (int task = 0; task < entries.Length; task++)
        {
            double entry = Trimmed(task, entries[task]);
            bool agrees = sum < 0 ? entry < 0 : entry > 0;
            total += agrees ? entry : 0;
            count += agrees ? 1 : 0;
        }

        return count == 0 ? 0 : aggregate == KnotsAggregate.Mean ? total / count : total;
    }

    private double Trimmed(int task, double entry) => Math.Abs(entry) >= thresholds[task] ? entry : 0;
}
