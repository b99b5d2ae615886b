using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>Writes the <c>adapter_config.json</c> of an adapter whose every module may have a rank and a scale of its own.</summary>
internal static class LoraConfigWriter
{
    /// <summary>Encodes the configuration.</summary>
    /// <param name="modules">The adapted modules; at least one.</param>
    /// <param name="saved">The modules of which full copies are stored.</param>
    /// <param name="baseName">The name of the base, or <see langword="null"/>.</param>
    public static byte[] Encode(IReadOnlyList<AdapterModule> modules, IReadOnlyList<string> saved, string? baseName)
    {
        int rank = MostFrequent(modules.Select(module => module.Rank));
        double alpha = MostFrequent(modules.Select(module => module.Alpha));
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            WritePatterns(json, "alpha_pattern", modules, module => module.Alpha, alpha);
            json.WriteString("base_model_name_or_path", baseName);
            json.WriteString("bias", "none");
            json.WriteBoolean("fan_in_fan_out", modules.Any(module => module.Kind == LoraLayerKind.TransposedLinear));
            json.WriteBoolean("inference_mode", true);
            json.WriteBoolean("init_lora_weights", true);
            json.WriteNumber("lora_alpha", alpha);
            json.WriteNumber("lora_dropout", 0);
            WriteSaved(json, saved);
            json.WriteString("peft_type", LoraConstants.PeftType);
            json.WriteNumber("r", rank);
            WritePatterns(json, "rank_pattern", modules, module => module.Rank, rank);
            WriteNames(json, "target_modules", modules.Select(module => module.Module));
            json.WriteNull("task_type");
            json.WriteBoolean("use_dora", false);
            json.WriteBoolean("use_rslora", false);
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void WriteSaved(Utf8JsonWriter json, IReadOnlyList<string> saved)
    {
        if (saved.Count > 0)
        {
            WriteNames(json, "modules_to_save", saved);
        }
        else
        {
            json.WriteNull("modules_to_save");
        }
    }

    private static void WriteNames(Utf8JsonWriter json, string field, IEnumerable<string> names)
    {
        json.WriteStartArray(field);
        foreach (string name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    // A pattern matches the end of a name: with every module listed, longest first, each finds its own.
    private static void WritePatterns(
        Utf8JsonWriter json, string field, IReadOnlyList<AdapterModule> modules, Func<AdapterModule, double> value, double common)
    {
        json.WriteStartObject(field);
        if (modules.Any(module => value(module) != common))
        {
            foreach (AdapterModule module in modules.OrderByDescending(module => module.Name.Length).ThenBy(module => module.Name, StringComparer.Ordinal))
            {
                json.WriteNumber(PatternOf(module.Module), value(module));
            }
        }

        json.WriteEndObject();
    }

    // Old versions of PEFT look names up as they are before they match, and dots match dots: they are left unescaped.
    private static string PatternOf(string module) => Regex.Escape(module).Replace("\\.", ".", StringComparison.Ordinal);

    private static T MostFrequent<T>(IEnumerable<T> values)
        where T : notnull =>
        values.CountBy(value => value).MaxBy(count => count.Value).Key;
}
