using TaskVectors.Execution.Outputs;

namespace TaskVectors.Execution.Planning;

/// <summary>The free space of disks.</summary>
internal static class FreeSpace
{
    /// <summary>The bytes available at a path whose last parts need not exist.</summary>
    public static long At(string path)
    {
        string? existing = path;
        while (existing is not null && !Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing);
        }

        try
        {
            return existing is null ? long.MaxValue : new DriveInfo(existing).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }

    /// <summary>The bytes on disk of the files in a folder that may not exist.</summary>
    public static long UsedBy(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(SparseFile.BytesOnDisk) : 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
