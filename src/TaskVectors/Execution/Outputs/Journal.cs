using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Manifests;

namespace TaskVectors.Execution.Outputs;

/// <summary>
/// What an interrupted edit has finished: a line of JSON a tensor, behind a line that identifies the plan. Appended as tensors are
/// finished; a torn last line is ignored. Holding it open keeps a second process out.
/// </summary>
internal sealed class Journal : IDisposable
{
    // Hidden, so that no companion file of a base has the name.
    private const string FileName = ".taskvec.journal.jsonl";

    private const int SharingViolation = unchecked((int)0x80070020);

    private readonly FileStream _stream;

    private Journal(FileStream stream) => _stream = stream;

    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>Starts a journal for a plan, and removes whatever else an interrupted edit has left in the folder.</summary>
    /// <exception cref="EditException">Another process holds the journal; nothing has been removed.</exception>
    public static Journal Create(string folder, string planIdentity)
    {
        Journal journal = Open(folder);
        try
        {
            journal.Begin(planIdentity);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Opens the journal of an interrupted edit and reads what it has finished; without a readable journal, starts one.</summary>
    /// <exception cref="EditException">The journal belongs to another edit, or another process holds it.</exception>
    public static Journal Resume(string folder, string planIdentity, out List<TensorRecord> finished) =>
        Resume(folder, planIdentity, ExecutionJson.Default.TensorRecord, out finished);

    /// <summary>The same for records of another kind.</summary>
    public static Journal Resume<T>(string folder, string planIdentity, JsonTypeInfo<T> type, out List<T> finished)
        where T : class
    {
        Journal journal = Open(folder);
        try
        {
            finished = journal.ReadRecords(planIdentity, type);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <exception cref="StorageException">Writing failed.</exception>
    public void Append(TensorRecord record) => Append(record, ExecutionJson.Default.TensorRecord);

    /// <summary>Adds a record of another kind.</summary>
    /// <exception cref="StorageException">Writing failed.</exception>
    public void Append<T>(T record, JsonTypeInfo<T> type)
    {
        try
        {
            Write(record, type);
        }
        catch (IOException error)
        {
            throw new StorageException(_stream.Name, $"Writing '{_stream.Name}' failed: {error.Message} What is written so far is kept; mend the cause and go on with --resume.", error);
        }
    }

    /// <summary>Ends the edit: the journal is removed, and closed only then.</summary>
    public void Delete()
    {
        if (OperatingSystem.IsWindows())
        {
            _stream.Dispose();
        }

        File.Delete(_stream.Name);
        _stream.Dispose();
    }

    public void Dispose() => _stream.Dispose();

    private static Journal Open(string folder)
    {
        try
        {
            // Without a buffer a failed write leaves nothing behind that closing would try to write again.
            return new Journal(new FileStream(PathIn(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException error) when (IsHeldByAnother(error))
        {
            throw new EditException(EditError.InUse, $"'{folder}' is being written by another process; wait for it to end, or choose another output.", error) { File = folder };
        }
    }

    // The system's own number for a lock that is taken: EWOULDBLOCK is 11 on Linux and 35 on macOS and the BSDs.
    private static bool IsHeldByAnother(IOException error) =>
        error.HResult == SharingViolation || (!OperatingSystem.IsWindows() && error.HResult is 11 or 35);

    private void Begin(string planIdentity)
    {
        foreach (FileSystemInfo entry in new FileInfo(_stream.Name).Directory!.EnumerateFileSystemInfos().Where(entry => entry.Name != FileName))
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }

        _stream.SetLength(0);
        Write(new JournalHeader { Plan = planIdentity, ToolVersion = ToolVersion.Current }, ExecutionJson.Default.JournalHeader);
    }

    private List<T> ReadRecords<T>(string planIdentity, JsonTypeInfo<T> type)
        where T : class
    {
        byte[] content = new byte[_stream.Length];
        _stream.ReadExactly(content);
        int end = content.AsSpan().LastIndexOf((byte)'\n') + 1;
        string[] lines = Encoding.UTF8.GetString(content, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
        {
            Begin(planIdentity);
            return [];
        }

        if (Parse(lines[0], ExecutionJson.Default.JournalHeader)?.Plan != planIdentity)
        {
            throw new EditException(
                EditError.ResumeMismatch,
                $"The interrupted edit in '{Path.GetDirectoryName(_stream.Name)}' is another one: its expression, options or inputs differ. Repeat its own command with --resume, or pass --force to start again.")
            {
                File = _stream.Name,
            };
        }

        _stream.SetLength(end);
        _stream.Position = end;
        return [.. lines.Skip(1).Select(line => Parse(line, type)).OfType<T>()];
    }

    private void Write<T>(T value, JsonTypeInfo<T> type)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];
        _stream.Write(line);
    }

    private static T? Parse<T>(string line, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
