using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using TaskVectors.Execution.Manifests;
using TaskVectors.Merging;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Modules;
using TaskVectors.Recipes.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Explaining;

/// <summary>Says what the plans of a recipe's documents come to.</summary>
internal static partial class Explainer
{
    public static RecipeExplanation Explain(IReadOnlyList<DocumentPlan> plans)
    {
        DocumentPlan last = plans[^1];
        DocumentPlan[] merges = [.. plans.SelectMany(plan => plan.Merges)];
        return new RecipeExplanation
        {
            Merges = [.. plans.SelectMany(plan => BoundMerges.Of(plan).Zip(plan.Merges, Explain))],
            FilesFrom = last.Anchor.Folder is { } folder ? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) : last.Anchor.Name,
            OutputDType = last.OutputDType,
            LayerCount = last.LayerCount,
            Modules = last.Document.HasModules ? [.. last.Modules.Select(module => Explain(module, last))] : [],
            TensorCount = last.Result.Tensors.Count,
            BytesRead = merges.Sum(merge => (merge.Base is { } origin ? merge.Models.Add(origin) : merge.Models).Sum(model => model.View.Tensors.Sum(tensor => tensor.ByteCount))),
            BytesWritten = last.Result.Tensors.Sum(tensor => WrittenBytes(tensor, last.OutputDType)),
            Notes = [.. ExplanationNotes.Of(plans)],
        };
    }

    private static ExplainedMerge Explain(ManifestMerge merge, DocumentPlan plan)
    {
        IMergeMethod? method = plan.IsCopy ? null : plan.Document.Method;
        var tensors = new TensorGroups(ModelLayout.Of(plan.Places.Keys, plan.Anchor.Config), plan.Places.Keys);
        return new ExplainedMerge
        {
            Document = merge.Document,
            Method = merge.Method,
            Base = merge.Base,
            Models = merge.Models,
            Summary = method?.Summary ?? (plan.IsCopy ? "Copies layers as they are." : "Computes an edit expression."),
            Formula = method?.Formula ?? plan.Document.Expression?.Text ?? string.Empty,
            Parameters = [.. merge.Parameters.Select(bound => new ExplainedParameters(tensors.Describe(bound.Tensors), bound.Tensors.Length, Shortened(bound.Values)))],
        };
    }

    private static ExplainedModule Explain(PlannedModule module, DocumentPlan plan) =>
        new(module.Module.Recipe.Name, plan.Result.Tensors.Count(tensor => plan.Map.Holds(module.Module.Recipe, tensor.Name)), module.LayerCount);

    // Six digits tell all there is to know of an interpolated value.
    private static ImmutableSortedDictionary<string, string> Shortened(ImmutableSortedDictionary<string, string> values) =>
        values.ToImmutableSortedDictionary(value => value.Key, value => LongNumber().Replace(value.Value, number => double.Parse(number.Value, CultureInfo.InvariantCulture).ToString("G6", CultureInfo.InvariantCulture)), StringComparer.Ordinal);

    [GeneratedRegex(@"(?<![\w.])[0-9]+\.[0-9]{7,}(E[-+]?[0-9]+)?(?![\w.])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LongNumber();

    private static long WrittenBytes(TensorInfo tensor, DType? dtype) =>
        dtype is { } chosen && tensor.DType.IsArithmetic() ? tensor.ElementCount * chosen.BitSize() / 8 : tensor.ByteCount;
}
