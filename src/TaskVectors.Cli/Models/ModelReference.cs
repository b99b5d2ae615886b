namespace TaskVectors.Cli.Models;

/// <summary>A model as the command line names it.</summary>
/// <param name="Name">Its name in expressions and reports; <see langword="null"/> until one is made of the path.</param>
/// <param name="Path">Where it is.</param>
/// <param name="IsVector">Whether it is to be read as a task vector whatever its metadata says.</param>
/// <param name="IsOffered">Whether it came along with others, so that leaving it unused is no mistake.</param>
internal sealed record ModelReference(string? Name, string Path, bool IsVector = false, bool IsOffered = false)
{
    /// <summary>Reads <c>NAME=PATH</c> or <c>PATH</c>; what exists as a path is one, equals sign or not.</summary>
    public static ModelReference Parse(string text, bool isVector = false)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        bool isPath = equals < 0 || text.AsSpan(0, equals).ContainsAny('/', '\\') || File.Exists(text) || Directory.Exists(text);
        if (isPath)
        {
            return new ModelReference(null, text, isVector);
        }

        return equals > 0 && equals < text.Length - 1
            ? new ModelReference(text[..equals], text[(equals + 1)..], isVector)
            : throw new UsageException($"'{Printable.Of(text)}' is no model; write NAME=PATH, such as base=gpt2/.");
    }
}
