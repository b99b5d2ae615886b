using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Recipes;

/// <summary>Makes an output again from its manifest, whether it comes from a recipe or from an expression.</summary>
public static class RecipeReplay
{
    /// <summary>Plans the edit that a manifest records.</summary>
    /// <param name="manifestPath">A manifest, or an output that has one.</param>
    /// <param name="target">Where the new output goes.</param>
    /// <param name="execution">Memory, threads, force and resume are taken from here; all that decides the bytes comes from the manifest.</param>
    /// <exception cref="TaskVectorsException">
    /// The manifest is malformed, an input is gone or is no longer what it was, or the recipe means something else to this version of the program.
    /// </exception>
    public static EditPlan Plan(string manifestPath, OutputTarget target, EditOptions execution)
    {
        string path = OutputTarget.FindManifest(manifestPath);
        Manifest manifest = Manifest.Load(path);
        if (manifest.Recipe is not { } recorded)
        {
            return ManifestReplay.Plan(path, target, execution);
        }

        var recipe = Recipe.Restore(recorded, Path.GetDirectoryName(path)!);
        EditPlan plan = recipe.Plan(target, ManifestReplay.ToOptions(manifest, path, execution));
        RequireSameInputs(manifest, plan);
        RequireSameValues(recorded, plan.Recipe!, path);
        return plan with { Recorded = manifest.Inputs };
    }

    private static void RequireSameInputs(Manifest manifest, EditPlan plan)
    {
        var fingerprints = plan.Inputs.Where(input => !input.IsComputed).ToDictionary(input => input.Source.Path, input => input.Fingerprint, StringComparer.Ordinal);
        AggregateEditException.ThrowIfAny([.. manifest.Inputs.Where(input => fingerprints.GetValueOrDefault(input.Path) != input.Fingerprint).Select(ManifestReplay.Changed)]);
    }

    // Another version may have other defaults.
    private static void RequireSameValues(ManifestRecipe recorded, ManifestRecipe bound, string path)
    {
        string[] before = [.. recorded.Merges.SelectMany(LinesOf)];
        string[] now = [.. bound.Merges.SelectMany(LinesOf)];
        if (before.Except(now).FirstOrDefault() is { } line)
        {
            throw new EditException(
                EditError.InvalidManifest,
                $"The recipe in '{path}' means something else to this version of the program; no longer so is: {line}. Use the version that the manifest names.")
            { File = path };
        }
    }

    private static IEnumerable<string> LinesOf(ManifestMerge merge) => merge.Parameters
        .SelectMany(bound => bound.Tensors.Select(tensor => $"{tensor} has {string.Join(", ", bound.Values.Select(value => $"{value.Key} {value.Value}"))}"))
        .Prepend($"{merge.Document} is {merge.Method} of {string.Join(", ", merge.Models)} from {merge.Base}");
}
