using System.Text.Encodings.Web;
using System.Text.Json;

namespace TaskVectors.Models.Data.Fetching;

/// <summary>Makes one file of JSON lines of a file for each mail.</summary>
internal static class SpamMessages
{
    public const string Folder = "mails";
    private const string FileName = "messages.jsonl";

    private static readonly JsonWriterOptions Style = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Combine(string folder)
    {
        string mails = Path.Combine(folder, Folder);
        using (FileStream output = File.Create(Path.Combine(folder, FileName)))
        {
            foreach (string group in Directory.GetDirectories(mails).Order(StringComparer.Ordinal))
            {
                foreach (string file in Directory.GetFiles(group, "*.json").Order(StringComparer.Ordinal))
                {
                    Write(output, Path.GetFileName(group), file);
                }
            }
        }

        Directory.Delete(mails, recursive: true);
    }

    private static void Write(Stream output, string group, string file)
    {
        using var mail = JsonDocument.Parse(File.ReadAllBytes(file));
        using (var json = new Utf8JsonWriter(output, Style))
        {
            json.WriteStartObject();
            json.WriteString("text", mail.RootElement.GetProperty("text").GetString());
            json.WriteString("label", group.StartsWith("spam", StringComparison.Ordinal) ? "spam" : "ham");
            json.WriteString("group", group);
            json.WriteString("id", mail.RootElement.GetProperty("id").GetString());
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}
