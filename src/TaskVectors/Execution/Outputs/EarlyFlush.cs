using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TaskVectors.Execution.Outputs;

/// <summary>Starts the writing of dirty pages without waiting for it, where the system has a call for that (Linux).</summary>
internal static partial class EarlyFlush
{
    private const uint Write = 2;

    /// <summary>A hint: nothing is promised, and nothing is wrong where the system refuses.</summary>
    public static void Begin(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SyncFileRange(file, offset, length, Write);
        }
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
