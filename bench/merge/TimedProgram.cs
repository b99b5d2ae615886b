using System.Diagnostics;

namespace TaskVectors.Benchmarks.Merge;

/// <summary>Runs whole commands, as a user would, and takes their time and their peak memory.</summary>
internal static class TimedProgram
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>The script that runs the command line of the checkout this program was built from.</summary>
    public static string OfCheckout()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "TaskVectors.slnx")))
            {
                return Path.Combine(folder, "taskvec");
            }
        }

        throw new InvalidOperationException("This program does not lie in a checkout; name the program to time with --program.");
    }

    /// <summary>Runs a command to its end.</summary>
    /// <returns>The seconds from start to end, and the largest resident set seen, in bytes: the system keeps the high-water mark until the process ends.</returns>
    public static async Task<(double Seconds, long PeakBytes)> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true })!;
        Task<string> messages = process.StandardError.ReadToEndAsync(cancellation);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<long> peak = WatchAsync(process.Id, watching.Token);
        await process.WaitForExitAsync(cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await watching.CancelAsync();
        return process.ExitCode == 0
            ? (seconds, await peak)
            : throw new InvalidOperationException($"{file} failed with exit code {process.ExitCode}: {await messages}");
    }

    private static async Task<long> WatchAsync(int process, CancellationToken cancellation)
    {
        long peak = 0;
        while (!cancellation.IsCancellationRequested)
        {
            peak = Math.Max(peak, PeakMemory.Of(process));
            await Task.Delay(Interval, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return peak;
    }
}
