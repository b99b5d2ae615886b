namespace TaskVectors.Cli.Models;

/// <summary>The parts in a folder that <c>decompose</c> wrote, as models: <c>shared:NAME</c> and <c>unique:NAME</c>.</summary>
internal static class DecompositionParts
{
    private static readonly string[] Kinds = ["shared", "unique"];

    public static IReadOnlyList<ModelReference> In(string folder)
    {
        ModelReference[] parts = Directory.Exists(folder) ? [.. Kinds.SelectMany(kind => OfKind(folder, kind))] : [];
        return parts.Length > 0
            ? parts
            : throw new UsageException(
                $"'{Printable.Of(folder)}' holds no parts (NAME.shared.safetensors, NAME.unique.safetensors); "
                + "name a folder that 'taskvec decompose' wrote.");
    }

    private static IEnumerable<ModelReference> OfKind(string folder, string kind)
    {
        string ending = $".{kind}.safetensors";
        return Directory.EnumerateFiles(folder, "*" + ending)
            .Order(StringComparer.Ordinal)
            .Select(path => new ModelReference(
                $"{kind}:{Path.GetFileName(path)[..^ending.Length]}", path, IsVector: true, IsOffered: true));
    }
}
