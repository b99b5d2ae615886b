using System.Globalization;
using System.Runtime.InteropServices;

namespace TaskVectors.Tests.Execution;

/// <summary>A disk of a few hundred KiB, where the system lets a test mount one.</summary>
internal sealed partial class SmallDisk : IDisposable
{
    private const int DetachWhenIdle = 2;

    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Mounts a disk at an empty folder, or returns <see langword="null"/> where that is not allowed.</summary>
    public static SmallDisk? TryMount(string folder, int kibibytes)
    {
        _ = Directory.CreateDirectory(folder);
        bool mounted = OperatingSystem.IsLinux()
            && Mount("tmpfs", folder, "tmpfs", 0, string.Create(CultureInfo.InvariantCulture, $"size={kibibytes}k")) == 0;
        return mounted ? new SmallDisk(folder) : null;
    }

    public void Dispose() => _ = Unmount(Path, DetachWhenIdle);

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
