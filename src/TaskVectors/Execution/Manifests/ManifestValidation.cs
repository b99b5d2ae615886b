using TaskVectors.Algebra;

namespace TaskVectors.Execution.Manifests;

/// <summary>What a manifest must hold beyond its JSON form: a manifest may come from anywhere.</summary>
internal static class ManifestValidation
{
    /// <summary>The first thing that is wrong, or <see langword="null"/>.</summary>
    public static string? FindProblem(Manifest manifest) =>
        FindMissing(manifest)
        ?? FindRepeated("input", manifest.Inputs.Select(input => input.Name))
        ?? FindRepeated("input path", manifest.Inputs.Select(input => input.Path))
        ?? FindRepeated("file", manifest.Files.Select(file => file.Path))
        ?? FindRepeated("tensor", manifest.Tensors.Select(tensor => tensor.File is null ? tensor.Name : $"{tensor.Name} of {tensor.File}"))
        ?? FindIncompleteRecipe(manifest.Recipe)
        ?? FindImpossibleFile(manifest)
        ?? FindImpossiblePattern(manifest.Options);

    private static string? FindMissing(Manifest manifest)
    {
        object?[] members =
        [
            manifest.ToolVersion, manifest.Kind, manifest.Expression, manifest.Options,
            manifest.Inputs.IsDefault ? null : manifest.Inputs,
            manifest.Files.IsDefault ? null : manifest.Files,
            manifest.Tensors.IsDefault ? null : manifest.Tensors,
        ];
        if (members.Contains(null))
        {
            return "a member is null.";
        }

        bool isIncomplete = manifest.Inputs.Any(input => input is null or { Name: null or "" } or { Path: null or "" } or { Kind: null } or { Fingerprint: null } or { Tensors: null })
            || manifest.Files.Any(file => file is null or { Path: null or "" } or { Hash: null })
            || manifest.Tensors.Any(tensor => tensor is null or { Name: null } or { Hash: null } or { DType: null })
            || manifest.Options is { Include.IsDefault: true } or { Exclude.IsDefault: true } or { Metadata: null };
        return isIncomplete ? "an entry has an empty member."
            : manifest.Inputs.IsEmpty ? "it has no input."
            : manifest.Files.IsEmpty ? "it has no file."
            : null;
    }

    private static string? FindIncompleteRecipe(ManifestRecipe? recipe)
    {
        bool isIncomplete = recipe is { Name: null } or { Text: null } or { Models: null } or { Merges.IsDefault: true }
            || (recipe?.Merges.Any(merge => merge is null or { Method: null } or { Models.IsDefault: true } or { Parameters.IsDefault: true }) ?? false)
            || (recipe?.Merges.SelectMany(merge => merge.Parameters).Any(bound => bound is null or { Values: null } or { Tensors.IsDefault: true }) ?? false)
            || (recipe?.Models.Any(model => string.IsNullOrEmpty(model.Value)) ?? false);
        return isIncomplete ? "the recipe has an empty member." : null;
    }

    private static string? FindRepeated(string kind, IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return names.FirstOrDefault(name => !seen.Add(name)) is { } repeated ? $"the {kind} '{repeated}' is there twice." : null;
    }

    private static string? FindImpossibleFile(Manifest manifest) =>
        manifest.Files.FirstOrDefault(file => file.Bytes < 0 || file.Path.Contains('\0')) is { } file ? $"the file '{file.Path}' is impossible." : null;

    private static string? FindImpossiblePattern(ManifestOptions options) =>
        options.Include.Concat(options.Exclude).Any(string.IsNullOrEmpty) ? $"a {nameof(NamePattern)} is empty." : null;
}
