using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TaskVectors.Checkpoints;

namespace TaskVectors.Execution.Tiles;

/// <summary>
/// Copies runs of bytes between files inside the kernel (<c>copy_file_range</c>), which on file systems that share extents moves
/// nothing at all. Where the system has no such call, or refuses a pair of files, callers write from memory.
/// </summary>
internal sealed partial class InputCopier : IDisposable
{
    private readonly Dictionary<string, SafeFileHandle> _sources = new(StringComparer.Ordinal);
    private volatile bool _isUnavailable = !OperatingSystem.IsLinux();

    /// <summary>Copies, or returns false with nothing promised about the destination's bytes.</summary>
    public bool TryCopy(TensorExtent source, long byteOffset, SafeFileHandle destination, long destinationOffset, long length)
    {
        if (_isUnavailable)
        {
            return false;
        }

        if (Open(source.File) is not { } handle)
        {
            return false;
        }

        long from = source.Offset + byteOffset;
        long to = destinationOffset;
        while (length > 0)
        {
            nint copied = CopyFileRange(handle, ref from, destination, ref to, (nuint)length, 0);
            if (copied <= 0)
            {
                _isUnavailable = true;
                return false;
            }

            length -= copied;
        }

        return true;
    }

    public void Dispose()
    {
        foreach (SafeFileHandle handle in _sources.Values)
        {
            handle.Dispose();
        }
    }

    private SafeFileHandle? Open(string path)
    {
        lock (_sources)
        {
            if (!_sources.TryGetValue(path, out SafeFileHandle? handle))
            {
                try
                {
                    handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    _isUnavailable = true;
                    return null;
                }

                _sources.Add(path, handle);
            }

            return handle;
        }
    }

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRange(SafeFileHandle source, ref long sourceOffset, SafeFileHandle destination, ref long destinationOffset, nuint length, uint flags);
}
