using System.Text.Json;
using TaskVectors.Models.Generation;

namespace TaskVectors.Cli.Output;

/// <summary>Texts as they are written: a single one piece by piece, several one after the other, or JSON.</summary>
internal sealed class GenerationText(Reporter reporter, string model, string architecture, int count)
{
    private bool IsSingle => count == 1 && !reporter.IsJson;

    /// <summary>A piece of a text.</summary>
    public void Tell(int index, string piece)
    {
        if (IsSingle)
        {
            reporter.Terminal.Output.Write(piece);
            reporter.Terminal.Output.Flush();
        }
    }

    /// <summary>The texts, as they come.</summary>
    public void Write(IEnumerable<CompletedText> texts)
    {
        if (reporter.IsJson)
        {
            CompletedText[] all = [.. texts];
            reporter.WriteJson(json => WriteJson(json, model, architecture, all));
            return;
        }

        foreach ((int index, CompletedText text) in texts.Index())
        {
            if (!IsSingle)
            {
                reporter.Summarize(index == 0 ? $"{Printable.Of(text.Prompt)}:" : $"\n{Printable.Of(text.Prompt)}:");
            }

            // A single text has been told already.
            reporter.WriteLine(IsSingle ? string.Empty : text.Text);
        }
    }

    private static void WriteJson(Utf8JsonWriter json, string model, string architecture, IReadOnlyList<CompletedText> texts)
    {
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteString("architecture", architecture);
        json.WriteStartArray("texts");
        foreach (CompletedText text in texts)
        {
            json.WriteStartObject();
            json.WriteString("prompt", text.Prompt);
            json.WriteString("text", text.Text);
            json.WriteIntegers("promptIds", text.PromptIds);
            json.WriteIntegers("ids", text.Ids);
            json.WriteStartArray("logProbabilities");
            foreach (float value in text.LogProbabilities)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
            json.WriteBoolean("ended", text.IsEnded);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
