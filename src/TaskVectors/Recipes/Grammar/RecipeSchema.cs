using System.Globalization;
using System.Text.Json.Nodes;
using TaskVectors.Merging;
using TaskVectors.Recipes.Architectures;

namespace TaskVectors.Recipes.Grammar;

/// <summary>
/// The grammar of recipes as a JSON schema, so that editors complete keys, methods and parameters and mark mistakes while a recipe is written. Made
/// from the declarations that recipes are bound by.
/// </summary>
/// <remarks>Source: JSON Schema, draft 2020-12.</remarks>
public static class RecipeSchema
{
    private const string Draft = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>The schema as indented JSON.</summary>
    public static string ToJson() => System.Text.Encoding.UTF8.GetString(JsonFile.Encode(Build()));

    internal static JsonObject Build()
    {
        JsonObject root = ObjectOf(RecipeGrammar.Document);
        var definitions = new JsonObject();
        foreach (RecipeObject part in RecipeGrammar.Objects.Where(part => part != RecipeGrammar.Document))
        {
            definitions[part.Name] = ObjectOf(part);
        }

        foreach (IMergeMethod method in MergeMethods.All)
        {
            definitions[NameOf(method, isModel: false)] = ParametersOf(method, isModel: false);
            definitions[NameOf(method, isModel: true)] = ParametersOf(method, isModel: true);
        }

        root["properties"]!["merge_method"] = new JsonObject
        {
            ["description"] = RecipeGrammar.Document.Keys.First(key => key.Name == "merge_method").Meaning,
            ["oneOf"] = new JsonArray([.. MergeMethods.All.Select(method => new JsonObject { ["const"] = method.Name, ["description"] = method.Summary })]),
        };
        root["properties"]!["decompose"] = Described(
            SettingSchema.OrNull(Reference(NameOf(MergeMethods.Find("decomposed"), isModel: false))),
            RecipeGrammar.Document.Keys.First(key => key.Name == "decompose").Meaning);
        foreach (string key in RecipeGrammar.OptionalKeys)
        {
            JsonNode described = root["properties"]![key]!;
            root["properties"]![key] = Described(SettingSchema.OrNull(described.DeepClone().AsObject()), RecipeGrammar.Document.Keys.First(known => known.Name == key).Meaning);
        }

        root["patternProperties"] = new JsonObject { ["^" + RecipeGrammar.FreePrefix] = true };
        root["allOf"] = new JsonArray(
        [
            ExactlyOne("models", "slices", "modules"),
            ExactlyOne("merge_method", "expression", "coefficients", "decompose"),
            .. MergeMethods.All.Select(ParametersWhere),
        ]);
        root["$defs"] = definitions;
        return new JsonObject([new("$schema", Draft), new("title", "TaskVectors recipe"), .. root.Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))]);
    }

    private static JsonObject ExactlyOne(params ReadOnlySpan<string> keys)
    {
        var choices = new JsonArray();
        foreach (string key in keys)
        {
            choices.Add((JsonNode)new JsonObject { ["required"] = new JsonArray(key) });
        }

        return new JsonObject { ["oneOf"] = choices };
    }

    private static JsonObject ObjectOf(RecipeObject part) => new()
    {
        ["type"] = "object",
        ["description"] = part.Title,
        ["properties"] = new JsonObject([.. part.Keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode?)Described(TypeOf(key.Type), key.Meaning)))]),
        ["additionalProperties"] = false,
    };

    private static JsonObject Described(JsonObject schema, string meaning)
    {
        schema["description"] = meaning;
        return schema;
    }

    private static JsonObject TypeOf(RecipeType type) => type switch
    {
        RecipeType.Text => new JsonObject { ["type"] = "string" },
        RecipeType.Model => new JsonObject
        {
            ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, Reference(RecipeGrammar.ModelReference.Name), Reference(RecipeGrammar.ModelPath.Name)),
        },
        RecipeType.Integer => new JsonObject { ["type"] = "integer" },
        RecipeType.Truth => SettingSchema.Truth(),
        RecipeType.Word word => new JsonObject { ["enum"] = new JsonArray([.. word.Words.Select(text => JsonValue.Create(text))]) },
        RecipeType.Setting => SettingSchema.Of(SettingSchema.AnyScalar(), hasGradient: true),
        RecipeType.Parameters => new JsonObject { ["type"] = new JsonArray("object", "null") },
        RecipeType.List list => ListOf(list),
        RecipeType.Map map => new JsonObject { ["type"] = "object", ["additionalProperties"] = TypeOf(map.Value) },
        RecipeType.Object part => Reference(part.Name),
        RecipeType.Any any => new JsonObject { ["anyOf"] = new JsonArray([.. any.Types.Select(TypeOf)]) },
        _ => throw new InvalidOperationException($"There is no schema of {type}."),
    };

    private static JsonObject ListOf(RecipeType.List list)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = TypeOf(list.Item), ["minItems"] = list.Length ?? 1 };
        if (list.Length is { } length)
        {
            schema["maxItems"] = length;
        }

        return schema;
    }

    private static JsonObject ParametersOf(IMergeMethod method, bool isModel) => new()
    {
        ["type"] = new JsonArray("object", "null"),
        ["properties"] = new JsonObject([.. method.Parameters.Where(parameter => parameter.IsPerModel || !isModel).Select(parameter => KeyValuePair.Create(parameter.Name, (JsonNode?)SettingSchema.Of(parameter)))]),
        ["additionalProperties"] = false,
    };

    // Where the method is this one, parameters are its own, at every place that they may stand.
    private static JsonObject ParametersWhere(IMergeMethod method)
    {
        JsonObject all = Reference(NameOf(method, isModel: false));
        JsonObject model = Reference(NameOf(method, isModel: true));
        JsonObject models = Items(new JsonObject { ["parameters"] = model });
        JsonObject sources = Items(new JsonObject { ["parameters"] = model.DeepClone() });
        JsonObject slices = Items(new JsonObject { ["parameters"] = all.DeepClone(), ["sources"] = sources });
        var module = new JsonObject { ["parameters"] = all.DeepClone(), ["models"] = models.DeepClone(), ["slices"] = slices.DeepClone() };
        return new JsonObject
        {
            ["if"] = new JsonObject
            {
                ["properties"] = new JsonObject { ["merge_method"] = new JsonObject { ["const"] = method.Name } },
                ["required"] = new JsonArray("merge_method"),
            },
            ["then"] = new JsonObject
            {
                ["properties"] = new JsonObject
                {
                    ["parameters"] = all,
                    ["models"] = models,
                    ["slices"] = slices,
                    ["modules"] = new JsonObject { ["additionalProperties"] = new JsonObject { ["properties"] = module } },
                },
            },
        };
    }

    private static JsonObject Items(JsonObject properties) => new() { ["items"] = new JsonObject { ["properties"] = properties } };

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/$defs/{name}" };

    private static string NameOf(IMergeMethod method, bool isModel) => string.Create(CultureInfo.InvariantCulture, $"{method.Name}.{(isModel ? "model" : "all")}");
}
