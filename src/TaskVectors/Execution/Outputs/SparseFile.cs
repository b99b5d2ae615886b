using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TaskVectors.Execution.Outputs;

/// <summary>Files that have their full size from the start and take up space only where something has been written.</summary>
internal static partial class SparseFile
{
    private const int SeekData = 3;
    private const int SeekHole = 4;

    /// <summary>The bytes that are really there; the size of the file where the system does not tell.</summary>
    public static long BytesOnDisk(FileInfo file)
    {
        if (!OperatingSystem.IsLinux() || file.LinkTarget is not null || file.Length == 0)
        {
            return file.Length;
        }

        using SafeFileHandle handle = File.OpenHandle(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long used = 0;
        long data;
        for (long offset = 0; (data = Seek(handle, offset, SeekData)) >= 0;)
        {
            offset = Seek(handle, data, SeekHole);
            if (offset <= data)
            {
                return file.Length;
            }

            used += offset - data;
        }

        return used;
    }

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);
}
