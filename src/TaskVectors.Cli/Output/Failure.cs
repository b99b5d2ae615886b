using System.Text.Json;

namespace TaskVectors.Cli.Output;

/// <summary>One thing that went wrong, as <c>--json</c> tells it.</summary>
internal sealed record Failure(int Code, string Kind, string Message, string? File = null, string? Tensor = null)
{
    public static Failure Of(TaskVectorsException error) => new((int)error.Category, error.Kind, error.Message, error.File, error.Tensor);

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("code", Code);
        writer.WriteString("kind", Kind);
        writer.WriteString("message", Message);
        writer.WriteString("file", File);
        writer.WriteString("tensor", Tensor);
        writer.WriteEndObject();
    }
}
