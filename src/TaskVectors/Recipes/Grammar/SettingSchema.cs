using System.Text.Json.Nodes;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Recipes.Grammar;

/// <summary>The JSON schema of parameters' values: scalars of the declared type and range, gradients and filters.</summary>
internal static class SettingSchema
{
    // As YAML 1.1 has it, 5e-1 is text; it is read as a number all the same.
    private const string NumberPattern = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$";

    private static readonly string[] TruthWords = ["true", "false", "yes", "no", "on", "off"];

    /// <summary>The values of a parameter.</summary>
    public static JsonObject Of(MergeParameter parameter)
    {
        JsonObject schema = Of(ScalarOf(parameter), parameter.Type == "number");
        schema["description"] = $"{parameter.Meaning} ({parameter.Range}{(parameter.IsRequired ? "; required" : parameter.DefaultText.Length > 0 ? $"; default {parameter.DefaultText}" : string.Empty)})";
        return schema;
    }

    /// <summary>A scalar, a gradient of such scalars where there is one, or filters over them.</summary>
    public static JsonObject Of(JsonObject scalar, bool hasGradient)
    {
        JsonObject value = hasGradient ? AnyOf(scalar, GradientOf(scalar)) : scalar;
        var filter = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject([.. RecipeGrammar.Filter.Keys.Select(key => KeyValuePair.Create<string, JsonNode?>(key.Name, key.Name == "value" ? value.DeepClone() : new JsonObject { ["type"] = "string", ["description"] = key.Meaning }))]),
            ["required"] = new JsonArray("value"),
            ["additionalProperties"] = false,
        };
        var filters = new JsonObject { ["type"] = "array", ["items"] = filter.DeepClone(), ["minItems"] = 1 };
        return AnyOf([.. hasGradient ? value["anyOf"]!.AsArray().Select(item => item!.DeepClone().AsObject()) : [value], filter, filters]);
    }

    /// <summary>A number, a word or a truth value.</summary>
    public static JsonObject AnyScalar() => new() { ["type"] = new JsonArray("number", "string", "boolean") };

    /// <summary>True or false in the words of YAML 1.1, or as a number.</summary>
    public static JsonObject Truth() => new() { ["enum"] = new JsonArray([true, false, 1, 0, .. TruthWords.Select(word => JsonValue.Create(word))]) };

    /// <summary>What a schema describes, or nothing.</summary>
    public static JsonObject OrNull(JsonObject schema) => AnyOf(schema, new JsonObject { ["type"] = "null" });

    private static JsonObject ScalarOf(MergeParameter parameter) => parameter switch
    {
        NumberParameter number => AnyOf(RangeOf(number), new JsonObject { ["type"] = "string", ["pattern"] = NumberPattern }),
        IntegerParameter integer => RangeOf(integer),
        BooleanParameter => Truth(),
        { Type: "choice" } => new JsonObject { ["enum"] = new JsonArray([.. parameter.Range.Split(", ").Select(word => JsonValue.Create(word))]) },
        _ => new JsonObject { ["type"] = new JsonArray("string", "number") },
    };

    private static JsonObject RangeOf(NumberParameter number)
    {
        var schema = new JsonObject { ["type"] = "number" };
        if (double.IsFinite(number.Minimum))
        {
            schema[number.IsMinimumExcluded ? "exclusiveMinimum" : "minimum"] = number.Minimum;
        }

        if (double.IsFinite(number.Maximum))
        {
            schema["maximum"] = number.Maximum;
        }

        return schema;
    }

    private static JsonObject RangeOf(IntegerParameter integer)
    {
        var schema = new JsonObject { ["type"] = "integer", ["minimum"] = integer.Minimum };
        if (integer.Maximum != int.MaxValue)
        {
            schema["maximum"] = integer.Maximum;
        }

        return schema;
    }

    private static JsonObject GradientOf(JsonObject scalar) => new() { ["type"] = "array", ["items"] = scalar.DeepClone(), ["minItems"] = 1 };

    private static JsonObject AnyOf(params ReadOnlySpan<JsonObject> schemas)
    {
        var choices = new JsonArray();
        foreach (JsonObject schema in schemas)
        {
            choices.Add((JsonNode)schema);
        }

        return new JsonObject { ["anyOf"] = choices };
    }
}
