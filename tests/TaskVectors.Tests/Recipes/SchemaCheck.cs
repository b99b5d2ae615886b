using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TaskVectors.Tests.Recipes;

/// <summary>The part of JSON Schema (draft 2020-12) that the schema of recipes uses; a keyword it does not know fails.</summary>
internal sealed class SchemaCheck(JsonObject root)
{
    private static readonly string[] Notes = ["$schema", "$defs", "title", "description", "then"];

    public bool Accepts(JsonNode? value) => Accepts(root, value);

    private bool Accepts(JsonNode? schema, JsonNode? value) => schema switch
    {
        JsonValue truth => truth.GetValue<bool>(),
        JsonObject rules => rules.Where(rule => !Notes.Contains(rule.Key)).All(rule => Holds(rule.Key, rule.Value!, rules, value)),
        _ => throw new InvalidOperationException("A schema is an object or a truth value."),
    };

    private bool Holds(string keyword, JsonNode rule, JsonObject rules, JsonNode? value) => keyword switch
    {
        "$ref" => Accepts(root["$defs"]![rule.GetValue<string>()["#/$defs/".Length..]] ?? throw new InvalidOperationException(rule.ToJsonString()), value),
        "type" => (rule is JsonArray types ? types.Select(type => type!.GetValue<string>()) : [rule.GetValue<string>()]).Any(type => IsOf(type, value)),
        "enum" => rule.AsArray().Any(item => JsonNode.DeepEquals(item, value)),
        "const" => JsonNode.DeepEquals(rule, value),
        "anyOf" => rule.AsArray().Any(item => Accepts(item, value)),
        "oneOf" => rule.AsArray().Count(item => Accepts(item, value)) == 1,
        "allOf" => rule.AsArray().All(item => Accepts(item, value)),
        "if" => !Accepts(rule, value) || Accepts(rules["then"], value),
        "required" => value is not JsonObject given || rule.AsArray().All(key => given.ContainsKey(key!.GetValue<string>())),
        "properties" => value is not JsonObject given || rule.AsObject().All(part => !given.ContainsKey(part.Key) || Accepts(part.Value, given[part.Key])),
        "patternProperties" => value is not JsonObject given || rule.AsObject().All(part => given.Where(entry => Regex.IsMatch(entry.Key, part.Key)).All(entry => Accepts(part.Value, entry.Value))),
        "additionalProperties" => value is not JsonObject given || given.Where(entry => !IsDeclared(rules, entry.Key)).All(entry => Accepts(rule, entry.Value)),
        "items" => value is not JsonArray list || list.All(item => Accepts(rule, item)),
        "minItems" => value is not JsonArray list || list.Count >= rule.GetValue<int>(),
        "maxItems" => value is not JsonArray list || list.Count <= rule.GetValue<int>(),
        "minimum" => NumberOf(value) is not { } number || number >= NumberOf(rule),
        "maximum" => NumberOf(value) is not { } number || number <= NumberOf(rule),
        "exclusiveMinimum" => NumberOf(value) is not { } number || number > NumberOf(rule),
        "pattern" => value?.GetValueKind() != System.Text.Json.JsonValueKind.String || Regex.IsMatch(value.GetValue<string>(), rule.GetValue<string>()),
        _ => throw new InvalidOperationException($"The keyword {keyword} is unknown."),
    };

    private static bool IsDeclared(JsonObject rules, string key) =>
        rules["properties"]?[key] is not null || (rules["patternProperties"]?.AsObject().Any(part => Regex.IsMatch(key, part.Key)) ?? false);

    private static bool IsOf(string type, JsonNode? value) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == System.Text.Json.JsonValueKind.String,
        "boolean" => value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
        "number" => NumberOf(value) is not null,
        "integer" => NumberOf(value) is { } number && number == Math.Floor(number),
        _ => throw new InvalidOperationException($"The type {type} is unknown."),
    };

    private static double? NumberOf(JsonNode? value) => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number ? double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) : null;
}
