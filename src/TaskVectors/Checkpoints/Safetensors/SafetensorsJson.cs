using System.Buffers;
using System.Globalization;
using System.Text;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// Writes JSON values with the fewest escapes JSON allows, as the reference writer does. The encoders of System.Text.Json depend on
/// the Unicode version of the runtime, and a file's bytes must not.
/// </summary>
internal static class SafetensorsJson
{
    /// <summary>Writes a string of valid Unicode in quotes.</summary>
    public static void Write(ArrayBufferWriter<byte> json, string text)
    {
        json.Write("\""u8);
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int plain = IndexOfEscape(rest);
            _ = Encoding.UTF8.GetBytes(plain < 0 ? rest : rest[..plain], json);
            if (plain < 0)
            {
                break;
            }

            WriteEscape(json, rest[plain]);
            rest = rest[(plain + 1)..];
        }

        json.Write("\""u8);
    }

    /// <summary>Writes a number.</summary>
    public static void Write(ArrayBufferWriter<byte> json, long number)
    {
        const int longestNumber = 20;
        _ = number.TryFormat(json.GetSpan(longestNumber), out int written, provider: CultureInfo.InvariantCulture);
        json.Advance(written);
    }

    private static int IndexOfEscape(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' or '"' or '\\')
            {
                return i;
            }
        }

        return -1;
    }

    private static void WriteEscape(ArrayBufferWriter<byte> json, char c)
    {
        string escape = c switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\b' => "\\b",
            '\f' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
        };
        _ = Encoding.ASCII.GetBytes(escape, json);
    }
}
