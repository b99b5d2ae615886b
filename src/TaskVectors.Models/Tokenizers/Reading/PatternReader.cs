using TaskVectors.Models.Tokenizers.Patterns;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>Reads <c>{"String": ...}</c> and <c>{"Regex": ...}</c>.</summary>
internal static class PatternReader
{
    public static IPattern Read(JsonNode node)
    {
        if (node.IsString)
        {
            return new LiteralPattern(node.Text());
        }

        JsonNode literal = node["String"];
        return literal.IsNull ? new RegularPattern(node["Regex"].Text()) : new LiteralPattern(literal.Text());
    }
}
