namespace TaskVectors.Cli.Models;

/// <summary>The parts in a folder that <c>decompose</c> wrote, as models: <c>shared:NAME</c> and <c>unique:NAME</c>.</summary>
internal static class DecompositionParts
{
    private const string DenseExtension = ".safetensors";
    private const string AdapterConfig = "adapter_config.json";

    private static readonly string[] Kinds = ["shared", "unique"];

    public static IReadOnlyList<ModelReference> In(string folder)
    {
        ModelReference[] parts = Directory.Exists(folder) ? [.. Kinds.SelectMany(kind => OfKind(folder, kind))] : [];
        return parts.Length > 0
            ? parts
            : throw new UsageException(
                $"'{Printable.Of(folder)}' holds no parts (NAME.shared.safetensors or NAME.shared/, and the same of unique); "
                + "name a folder that 'taskvec decompose' wrote.");
    }

    private static IEnumerable<ModelReference> OfKind(string folder, string kind)
    {
        string ending = $".{kind}";
        IEnumerable<string> dense = Directory.EnumerateFiles(folder, $"*{ending}{DenseExtension}");
        IEnumerable<string> adapters = Directory.EnumerateDirectories(folder, $"*{ending}").Where(path => File.Exists(Path.Combine(path, AdapterConfig)));
        return dense.Select(path => (Path: path, Name: Path.GetFileName(path)[..^(ending.Length + DenseExtension.Length)]))
            .Concat(adapters.Select(path => (Path: path, Name: Path.GetFileName(path)[..^ending.Length])))
            .OrderBy(part => part.Name, StringComparer.Ordinal)
            .Select(part => new ModelReference($"{kind}:{part.Name}", part.Path, IsVector: true, IsOffered: true));
    }
}
