using System.Globalization;

namespace TaskVectors.Benchmarks;

/// <summary>The largest resident set of a process, which the system keeps until the process ends.</summary>
internal static class PeakMemory
{
    /// <summary>That of this process, in bytes.</summary>
    public static long OfThisProcess() => Read("self") ?? Environment.WorkingSet;

    /// <summary>That of another process; 0 where it has just ended.</summary>
    public static long Of(int process) => Read(process.ToString(CultureInfo.InvariantCulture)) ?? 0;

    private static long? Read(string process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? null : 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
