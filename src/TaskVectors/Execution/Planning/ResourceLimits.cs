namespace TaskVectors.Execution.Planning;

/// <summary>What of the machine a run may be given.</summary>
internal static class ResourceLimits
{
    private const int MostThreads = 1024;

    /// <summary>The reasons why a run cannot have this budget and number of threads.</summary>
    public static IEnumerable<EditException> Check(long memory, int threads)
    {
        if (memory < EditOptions.MinimumMemory)
        {
            yield return new EditException(EditError.InvalidOption, $"The memory budget is {memory} bytes; it must be at least 64 MiB.");
        }

        if (threads is < 1 or > MostThreads)
        {
            yield return new EditException(
                EditError.InvalidOption, $"The number of threads is {threads}; it must lie between 1 and {MostThreads}.");
        }
    }
}
