using System.Text;
using System.Text.Json;
using TaskVectors.Checkpoints;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>Reads a tokenizer's files, of limited size.</summary>
internal static class TokenizerFile
{
    private const long MaximumBytes = 256L << 20;
    private const int MaximumDepth = 64;

    public static byte[] ReadBytes(string file)
    {
        try
        {
            long length = new FileInfo(file).Length;
            if (length > MaximumBytes)
            {
                throw Malformed(file, $"{file} has {length} bytes, more than a tokenizer's file may have ({MaximumBytes}). Is it the right file?");
            }

            return File.ReadAllBytes(file);
        }
        catch (FileNotFoundException failure)
        {
            throw new TokenizerException("tokenizer.missing", $"There is no file {file}. Check the path.", failure) { File = file };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(file, $"{file} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Reads lines; a byte order mark is left out.</summary>
    public static List<string> ReadLines(string file)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(file)), Encoding.UTF8);
        var lines = new List<string>();
        string text = reader.ReadToEnd();
        foreach (string line in text.Split('\n'))
        {
            lines.Add(line.EndsWith('\r') ? line[..^1] : line);
        }

        if (lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }

    /// <summary>Reads a JSON document.</summary>
    public static JsonNode ReadJson(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(ReadBytes(file), new JsonDocumentOptions { MaxDepth = MaximumDepth });
            return new JsonNode(document.RootElement.Clone(), file, "");
        }
        catch (JsonException failure)
        {
            throw Malformed(file, $"{file} is not valid JSON: {failure.Message} Download it again.", failure);
        }
    }

    private static TokenizerException Malformed(string file, string message, Exception? failure = null) =>
        new("tokenizer.malformed", message, failure) { File = file };
}
