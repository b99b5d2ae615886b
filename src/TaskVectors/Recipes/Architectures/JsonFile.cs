using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TaskVectors.Recipes.Architectures;

/// <summary>JSON as model hubs write it: indented by two, letters of every script as they are.</summary>
internal static class JsonFile
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    public static byte[] Encode(JsonNode root) => Encoding.UTF8.GetBytes(root.ToJsonString(Options) + "\n");
}
