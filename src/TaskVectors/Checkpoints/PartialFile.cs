using Microsoft.Win32.SafeHandles;

namespace TaskVectors.Checkpoints;

/// <summary>A file that is written beside its place under another name, and takes its place when it is whole and on disk: nobody sees half of it.</summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly SafeFileHandle _handle;
    private bool _isSealed;

    /// <summary>Begins a file; one that is there stays until the new one is sealed.</summary>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public PartialFile(string path)
    {
        _path = Path.GetFullPath(path);
        _temporary = Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}.{Guid.NewGuid():N}.partial");
        _handle = Guarded(() => File.OpenHandle(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None));
    }

    /// <summary>Writes a whole file.</summary>
    /// <exception cref="StorageException">It cannot be written; nothing is left behind.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new PartialFile(path);
        file.Write(0, bytes);
        file.Seal();
    }

    /// <summary>Sets the size; what is not written is zero.</summary>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public void SetLength(long length) => _ = Guarded(() =>
    {
        RandomAccess.SetLength(_handle, length);
        return length;
    });

    /// <summary>Writes bytes at an offset.</summary>
    /// <exception cref="StorageException">They cannot be written.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception failure) when (IsOfStorage(failure))
        {
            throw Failure(failure);
        }
    }

    /// <summary>Gives the file its name.</summary>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public void Seal() => _isSealed = Guarded(() =>
    {
        RandomAccess.FlushToDisk(_handle);
        _handle.Dispose();
        File.Move(_temporary, _path, overwrite: true);
        return true;
    });

    /// <summary>Removes what has not been sealed.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        if (_isSealed)
        {
            return;
        }

        try
        {
            File.Delete(_temporary);
        }
        catch (Exception failure) when (IsOfStorage(failure))
        {
            // What led here is the error to report.
        }
    }

    private static bool IsOfStorage(Exception failure) => failure is IOException or UnauthorizedAccessException;

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (IsOfStorage(failure))
        {
            throw Failure(failure);
        }
    }

    private StorageException Failure(Exception cause) => new(_path, $"{_path} cannot be written: {cause.Message}", cause);
}
