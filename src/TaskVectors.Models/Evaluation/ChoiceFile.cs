using System.Text.Json;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Text;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Evaluation;

/// <summary>Reads questions of JSON lines: <c>{"context": "...", "choices": ["...", "..."], "label": 0}</c>.</summary>
public static class ChoiceFile
{
    /// <summary>
    /// Reads and tokenizes questions. Answers are tokens of their own, without special ones; an answer that follows a space begins with it.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <exception cref="DataException">The file is missing or malformed.</exception>
    /// <exception cref="TokenizerException">The tokenizer cannot take a text.</exception>
    public static IReadOnlyList<ChoiceExample> Read(string file, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        Tokenizer plain = tokenizer.WithPadding(null).WithTruncation(null);
        return [.. JsonLinesFile.Read(file).Select((item, index) => Question(file, item, index, plain))];
    }

    private static ChoiceExample Question(string file, JsonElement item, int index, Tokenizer tokenizer)
    {
        try
        {
            if (item.TryGetProperty("context", out JsonElement context) && context.ValueKind == JsonValueKind.String
                && item.TryGetProperty("choices", out JsonElement choices) && choices.ValueKind == JsonValueKind.Array
                && choices.EnumerateArray().All(choice => choice.ValueKind == JsonValueKind.String)
                && item.TryGetProperty("label", out JsonElement label) && label.ValueKind == JsonValueKind.Number && label.TryGetInt32(out int number))
            {
                return new ChoiceExample(
                    tokenizer.Encode(context.GetString()!).Ids,
                    [.. choices.EnumerateArray().Select(choice => tokenizer.Encode(choice.GetString()!, addSpecialTokens: false).Ids)],
                    number);
            }
        }
        catch (InvalidOperationException failure)
        {
            throw DataException.About(file, "data.encoding", $"a text of question {index} is not valid Unicode.", failure);
        }

        throw DataException.About(
            file, "data.malformed", $$"""question {{index}} must be {"context": "...", "choices": ["...", "..."], "label": NUMBER}.""");
    }
}
