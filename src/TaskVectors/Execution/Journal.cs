using System.Text;
using System.Text.Json;

namespace TaskVectors.Execution;

/// <summary>
/// What an interrupted edit has finished: a line of JSON a tensor, behind a line that identifies the plan. Appended as tensors are
/// finished; a torn last line is ignored. Holding it open keeps a second process out.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const string FileName = "journal.jsonl";

    private readonly FileStream _stream;

    private Journal(FileStream stream) => _stream = stream;

    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>Starts a journal for a plan.</summary>
    public static Journal Create(string folder, string planIdentity)
    {
        Journal journal = Open(folder);
        journal._stream.SetLength(0);
        journal.Write(new JournalHeader { Plan = planIdentity, ToolVersion = ToolVersion.Current }, ExecutionJson.Default.JournalHeader);
        return journal;
    }

    /// <summary>Opens the journal of an interrupted edit and reads what it has finished.</summary>
    /// <exception cref="EditException">The journal belongs to another edit.</exception>
    public static Journal Resume(string folder, string planIdentity, out List<TensorRecord> finished)
    {
        Journal journal = Open(folder);
        try
        {
            finished = journal.ReadRecords(planIdentity);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    public void Append(TensorRecord record) => Write(record, ExecutionJson.Default.TensorRecord);

    public void Dispose() => _stream.Dispose();

    private static Journal Open(string folder)
    {
        try
        {
            return new Journal(new FileStream(PathIn(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error)
        {
            throw new EditException(EditError.InUse, $"'{folder}' is being written by another process: {error.Message}", error) { File = folder };
        }
    }

    private List<TensorRecord> ReadRecords(string planIdentity)
    {
        byte[] content = new byte[_stream.Length];
        _stream.ReadExactly(content);
        int end = content.AsSpan().LastIndexOf((byte)'\n') + 1;
        string[] lines = Encoding.UTF8.GetString(content, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        JournalHeader? header = lines.Length == 0 ? null : Parse(lines[0], ExecutionJson.Default.JournalHeader);
        if (header is null && lines.Length == 0)
        {
            Write(new JournalHeader { Plan = planIdentity, ToolVersion = ToolVersion.Current }, ExecutionJson.Default.JournalHeader);
            return [];
        }

        if (header?.Plan != planIdentity)
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
        return [.. lines.Skip(1).Select(line => Parse(line, ExecutionJson.Default.TensorRecord)).OfType<TensorRecord>()];
    }

    private void Write<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        _stream.Write(JsonSerializer.SerializeToUtf8Bytes(value, type));
        _stream.WriteByte((byte)'\n');
        _stream.Flush();
    }

    private static T? Parse<T>(string line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
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
