namespace TaskVectors.Cli.Models;

/// <summary>Gives a name of its own to every model that has none: the stem of its path, as an identifier.</summary>
internal static class ModelNaming
{
    // File names that say nothing; the folder's name does.
    private static readonly string[] AnonymousStems = ["model", "pytorch_model", "diffusion_pytorch_model", "adapter_model"];

    public static IReadOnlyList<ModelReference> Complete(IReadOnlyList<ModelReference> references)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (ModelReference named in references.Where(reference => reference.Name is not null))
        {
            if (!taken.Add(named.Name!))
            {
                throw new UsageException(
                    $"The name '{Printable.Of(named.Name!)}' is given to two models; every model needs a name of its own.");
            }
        }

        return [.. references.Select(reference => reference with { Name = reference.Name ?? Free(reference.Path, taken) })];
    }

    private static string Free(string path, HashSet<string> taken)
    {
        string stem = Identifier(Stem(path));
        string name = stem;
        for (int suffix = 2; !taken.Add(name); suffix++)
        {
            name = $"{stem}{suffix}";
        }

        return name;
    }

    private static string Stem(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string stem = Directory.Exists(full) ? Path.GetFileName(full) : Path.GetFileNameWithoutExtension(full);
        string? parent = Path.GetFileName(Path.GetDirectoryName(full));
        return AnonymousStems.Contains(stem, StringComparer.Ordinal) && !string.IsNullOrEmpty(parent) ? parent : stem;
    }

    private static string Identifier(string stem)
    {
        string letters = string.Concat(
            stem.Select(character => char.IsLetterOrDigit(character) || character is '_' or '.' ? character : '_'));
        return letters.Length > 0 && char.IsLetter(letters[0]) ? letters : $"model_{letters}";
    }
}
