using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TaskVectors.Execution;

namespace TaskVectors.Decomposition;

/// <summary>
/// What an interrupted decomposition has finished: a line of JSON a tensor, behind a line that identifies the plan. A torn last line is
/// ignored. Holding it open keeps a second process out.
/// </summary>
internal sealed class DecompositionJournal : IDisposable
{
    private readonly FileStream _stream;
    private readonly Lock _lock = new();

    private DecompositionJournal(FileStream stream) => _stream = stream;

    public static string PathIn(string folder) => Path.Combine(folder, "journal.jsonl");

    /// <summary>Starts a journal, or with <paramref name="resume"/> reads what was finished.</summary>
    /// <exception cref="EditException">The journal belongs to another plan, or another process holds it.</exception>
    public static DecompositionJournal Open(string folder, string plan, bool resume, out IReadOnlyList<FinishedTensor> finished)
    {
        var journal = new DecompositionJournal(OpenStream(folder));
        try
        {
            finished = resume ? journal.Read(plan) : [];
            if (!resume)
            {
                journal._stream.SetLength(0);
            }

            if (journal._stream.Length == 0)
            {
                journal.Write(new DecompositionJournalHeader(plan), DecompositionJson.Default.DecompositionJournalHeader);
            }

            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    public void Append(FinishedTensor tensor)
    {
        lock (_lock)
        {
            Write(tensor, DecompositionJson.Default.FinishedTensor);
        }
    }

    public void Dispose() => _stream.Dispose();

    private static FileStream OpenStream(string folder)
    {
        try
        {
            return new FileStream(PathIn(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new EditException(EditError.InUse, $"'{folder}' is being written by another process: {error.Message}", error) { File = folder };
        }
    }

    private IReadOnlyList<FinishedTensor> Read(string plan)
    {
        byte[] content = new byte[_stream.Length];
        _stream.ReadExactly(content);
        int end = content.AsSpan().LastIndexOf((byte)'\n') + 1;
        string[] lines = Encoding.UTF8.GetString(content, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _stream.SetLength(end);
        _stream.Position = end;
        if (lines.Length == 0)
        {
            return [];
        }

        return Parse(lines[0], DecompositionJson.Default.DecompositionJournalHeader)?.Plan == plan
            ? [.. lines.Skip(1).Select(line => Parse(line, DecompositionJson.Default.FinishedTensor)).OfType<FinishedTensor>()]
            : throw new EditException(
                EditError.ResumeMismatch,
                $"The interrupted decomposition in '{Path.GetDirectoryName(_stream.Name)}' is another one: its options or inputs differ. Repeat its own command with --resume, or pass --force to start again.")
            { File = _stream.Name };
    }

    private void Write<T>(T value, JsonTypeInfo<T> type)
    {
        _stream.Write(JsonSerializer.SerializeToUtf8Bytes(value, type));
        _stream.WriteByte((byte)'\n');
        _stream.Flush();
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
