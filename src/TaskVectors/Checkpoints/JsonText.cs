using System.Text.Json;

namespace TaskVectors.Checkpoints;

/// <summary>The texts in JSON from outside.</summary>
public static class JsonText
{
    /// <summary>
    /// Demands that every name and text of a document is valid Unicode. Documents decode text only where it is asked for, and then with an error that
    /// says nothing of the file.
    /// </summary>
    /// <param name="json">The document, in UTF-8.</param>
    /// <exception cref="JsonException">Some text holds bytes that are no UTF-8 or half a surrogate pair, or the document is not valid JSON.</exception>
    public static void RequireUnicode(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException($"The text near byte {reader.TokenStartIndex} is not valid Unicode.", error);
        }
    }
}
