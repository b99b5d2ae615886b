using System.Diagnostics;
using System.Globalization;

namespace TaskVectors.Cli.Output;

/// <summary>The most memory that the process has held since it was last asked to start counting.</summary>
internal static class PeakMemory
{
    private const string ClearReferences = "/proc/self/clear_refs";
    private const string Status = "/proc/self/status";
    private const string ResetPeak = "5";

    /// <summary>Starts counting anew, where the system can (Linux); elsewhere the peak is that of the whole run.</summary>
    public static void Reset()
    {
        try
        {
            if (File.Exists(ClearReferences))
            {
                File.WriteAllText(ClearReferences, ResetPeak);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The figure then includes what went before.
            return;
        }
    }

    /// <summary>The peak in bytes.</summary>
    public static long Bytes()
    {
        if (File.Exists(Status) && File.ReadLines(Status).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line)
        {
            return 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
