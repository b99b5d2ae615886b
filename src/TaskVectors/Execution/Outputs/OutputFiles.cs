using Microsoft.Win32.SafeHandles;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;

namespace TaskVectors.Execution.Outputs;

/// <summary>The files of weights being written, open for positional writes at offsets known beforehand.</summary>
internal sealed class OutputFiles : IDisposable
{
    private readonly List<(string Path, SafeFileHandle Handle)> _files = [];
    private readonly InputCopier _copier = new();

    /// <summary>Creates the files, or opens those of an interrupted run, sets their sizes and writes their headers.</summary>
    public OutputFiles(string folder, IReadOnlyList<SafetensorsFileLayout> layouts)
    {
        try
        {
            foreach (SafetensorsFileLayout layout in layouts)
            {
                string path = Path.Combine(folder, layout.FileName);
                SafeFileHandle handle = Guard(path, () => File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
                _files.Add((path, handle));
                Guard(path, () => RandomAccess.SetLength(handle, layout.Length));
                Write(_files.Count - 1, 0, layout.Header.Span);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Write(int file, long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_files[file].Handle, bytes, offset);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(_files[file].Path, error);
        }
    }

    public void Read(int file, long offset, Span<byte> bytes)
    {
        try
        {
            for (int done = 0; done < bytes.Length;)
            {
                int read = RandomAccess.Read(_files[file].Handle, bytes[done..], offset + done);
                done += read > 0 ? read : throw new EndOfStreamException("It ended early.");
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(_files[file].Path, $"Reading '{_files[file].Path}' back failed: {error.Message} Start again with --force.", error);
        }
    }

    /// <summary>Writes part of a tensor that is a copy: inside the kernel where the input lies in a file, else from memory.</summary>
    public void Copy(PlannedTensor tensor, TensorExtent? extent, long byteOffset, ReadOnlySpan<byte> bytes)
    {
        SafeFileHandle handle = _files[tensor.File].Handle;
        bool copied = extent is { } source && _copier.TryCopy(source, byteOffset, handle, tensor.Offset + byteOffset, bytes.Length);
        if (!copied)
        {
            Write(tensor.File, tensor.Offset + byteOffset, bytes);
        }
    }

    /// <summary>Lets the system start to write part of a file to the disk, so that the final flush has little left to wait for.</summary>
    public void BeginFlush(int file, long offset, long length) => EarlyFlush.Begin(_files[file].Handle, offset, length);

    /// <summary>Forces everything written to the disk.</summary>
    public void Flush()
    {
        foreach ((string path, SafeFileHandle handle) in _files)
        {
            Guard(path, () => RandomAccess.FlushToDisk(handle));
        }
    }

    public void Dispose()
    {
        _copier.Dispose();
        foreach ((_, SafeFileHandle handle) in _files)
        {
            handle.Dispose();
        }
    }

    private static void Guard(string path, Action action) => _ = Guard(path, () =>
    {
        action();
        return true;
    });

    private static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, error);
        }
    }

    private static StorageException Failure(string path, Exception error) =>
        new(path, $"Writing '{path}' failed: {error.Message} What is written so far is kept; mend the cause and go on with --resume.", error);
}
