using Microsoft.Win32.SafeHandles;

namespace TaskVectors.Execution.Outputs;

/// <summary>Forces small files to the disk, so that an output that is visible after a power failure is also whole.</summary>
internal static class DurableFile
{
    /// <summary>Flushes files of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="relativePaths">The files, relative to it.</param>
    public static void FlushFolder(string folder, IEnumerable<string> relativePaths)
    {
        foreach (string path in relativePaths)
        {
            using SafeFileHandle handle = File.OpenHandle(Path.Combine(folder, path), FileMode.Open, FileAccess.Write);
            RandomAccess.FlushToDisk(handle);
        }
    }
}
