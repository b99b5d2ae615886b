using Microsoft.Win32.SafeHandles;

namespace TaskVectors.Checkpoints;

/// <summary>
/// A file opened for positional reads, whose failures are the library's own errors. Safe for concurrent reads.
/// </summary>
/// <remarks>
/// Nothing of length zero is ever opened: that is what pipes and devices report, and opening a pipe waits for its writer. No lock is
/// taken, so that other programs, and network file systems without locks, are left in peace.
/// </remarks>
internal sealed class InputFile : IDisposable
{
    private readonly SafeFileHandle? _handle;

    private InputFile(string path, SafeFileHandle? handle, long length)
    {
        Path = path;
        Length = length;
        _handle = handle;
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>The size in bytes when the file was opened.</summary>
    public long Length { get; }

    /// <summary>Whether a file (not a folder) is there, at the end of any symbolic links.</summary>
    public static bool Exists(string path)
    {
        try
        {
            return Target(path).Exists;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Opens a file, following symbolic links.</summary>
    /// <exception cref="CheckpointNotFoundException">There is no such file.</exception>
    /// <exception cref="StorageException">The file cannot be opened.</exception>
    public static InputFile Open(string path)
    {
        try
        {
            var target = Target(path);
            if (target.Exists && target.Length == 0)
            {
                return new InputFile(path, handle: null, length: 0);
            }

            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new InputFile(path, handle, RandomAccess.GetLength(handle));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CheckpointNotFoundException(path);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageException(path, $"{path} may not be read: {e.Message} Check its permissions.", e);
        }
        catch (IOException e)
        {
            throw new StorageException(path, $"{path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Reads at an offset, and returns the number of bytes read: fewer than asked only where the file ends.</summary>
    /// <exception cref="StorageException">Reading failed.</exception>
    public int Read(long offset, Span<byte> destination)
    {
        if (_handle is null)
        {
            return 0;
        }

        try
        {
            int total = 0;
            while (total < destination.Length)
            {
                int read = RandomAccess.Read(_handle, destination[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(Path, $"{Path} cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle?.Dispose();

    private static FileInfo Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? target : file;
    }
}
