using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Execution;

namespace TaskVectors.Benchmarks.Merge;

/// <summary>Runs one edit in a process of its own, so that its peak memory is its own.</summary>
internal static class EditWorker
{
    /// <summary>Adds the task vectors of all models but the first to the first, and prints the peak resident set in bytes.</summary>
    public static async Task<int> RunAsync(string[] models, string output, long memory, int threads, bool flush, CancellationToken cancellation)
    {
        Checkpoint pretrained = Checkpoint.Open(models[0]);
        Checkpoint edited = models.Skip(1).Aggregate(pretrained, (sum, model) => sum + (0.3 * (Checkpoint.Open(model) - pretrained)));
        _ = await edited.SaveAsync(output, EditOptions.Default with { Memory = memory, Threads = threads, Flush = flush }, cancellationToken: cancellation);
        Console.WriteLine(PeakResidentBytes().ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static long PeakResidentBytes()
    {
        const string Status = "/proc/self/status";
        string? line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        return line is null ? Environment.WorkingSet : 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
