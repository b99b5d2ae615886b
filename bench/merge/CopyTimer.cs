namespace TaskVectors.Benchmarks.Merge;

/// <summary>
/// Times cp of as many bytes as an edit moves. An edit of k models moves k + 1 times their size, a copy moves twice its own: k + 1 halves of a model.
/// </summary>
internal sealed class CopyTimer(Settings settings)
{
    private string _folder = settings.Folder;

    /// <summary>Where outputs go, of copies and edits alike.</summary>
    public string OutputFolder => Path.Combine(settings.Folder, "out");

    /// <summary>Writes the files to copy, where they are not there yet.</summary>
    public void Prepare(string folder, int halves)
    {
        _folder = folder;
        for (int half = 0; half < halves; half++)
        {
            if (!File.Exists(PathOf(half)))
            {
                WriteRandom(PathOf(half), settings.ModelBytes / 2, seed: 1000 + half);
            }
        }
    }

    /// <summary>Copies some of the files and returns the seconds that took.</summary>
    public async Task<double> TimeAsync(int halves, CancellationToken cancellation)
    {
        Clean(OutputFolder, keep: false);
        _ = Directory.CreateDirectory(OutputFolder);
        string[] files = [.. Enumerable.Range(0, halves).Select(PathOf)];
        (double copy, _) = await TimedProgram.RunAsync("cp", [.. files, OutputFolder], cancellation);
        if (settings.Flush)
        {
            (double sync, _) = await TimedProgram.RunAsync("sync", files.Select(file => Path.Combine(OutputFolder, Path.GetFileName(file))), cancellation);
            copy += sync;
        }

        return copy;
    }

    public static void Clean(string folder, bool keep)
    {
        if (!keep && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string PathOf(int half) => Path.Combine(_folder, $"half{half}");

    private static void WriteRandom(string path, long bytes, int seed)
    {
        var random = new Random(seed);
        byte[] piece = new byte[1 << 20];
        using FileStream stream = File.Create(path);
        for (long done = 0; done < bytes; done += piece.Length)
        {
            random.NextBytes(piece);
            stream.Write(piece.AsSpan(0, (int)Math.Min(piece.Length, bytes - done)));
        }
    }
}
