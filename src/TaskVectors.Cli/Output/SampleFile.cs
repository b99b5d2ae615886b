using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Cli.Output;

/// <summary>Keeps the texts of an evaluation as JSON lines: prompt, text, the class chosen, the probability of the class that is measured.</summary>
internal static class SampleFile
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string path, IReadOnlyList<ScoredText> texts)
    {
        using var lines = new MemoryStream();
        foreach (ScoredText text in texts)
        {
            using (var json = new Utf8JsonWriter(lines, Options))
            {
                json.WriteStartObject();
                json.WriteString("prompt", text.Prompt);
                json.WriteString("text", text.Text);
                json.WriteNumber("class", text.Class);
                if (text.Probability is { } probability)
                {
                    json.WriteMeasure("probability", probability);
                }

                json.WriteEndObject();
            }

            lines.Write(Encoding.UTF8.GetBytes("\n"));
        }

        File.WriteAllBytes(path, lines.ToArray());
    }
}
