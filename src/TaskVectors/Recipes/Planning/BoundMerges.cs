using System.Collections.Immutable;
using TaskVectors.Execution.Manifests;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Recipes.Planning;

/// <summary>What the merges of a plan come to: their models, and the values of their parameters by the tensors that have them.</summary>
internal static class BoundMerges
{
    /// <summary>The merges of a document; it stands for one, or for one each part.</summary>
    public static IEnumerable<ManifestMerge> Of(DocumentPlan plan) => plan.Merges.Select(merge => Describe(merge, plan.Document.Name?.Text));

    private static ManifestMerge Describe(DocumentPlan plan, string? document) => new()
    {
        Document = document,
        Method = plan.IsCopy ? "copy" : plan.Document.Method?.Name ?? "expression",
        Base = plan.Base?.Name,
        Models = [.. plan.Models.Select(model => model.Name)],
        Parameters = plan.Parameters is null ? [] : [.. plan.Places.Values.GroupBy(place => BoundParameters.KeyOf(plan.Parameters.SettingsFor(place)), StringComparer.Ordinal).Select(group => new ManifestParameters
        {
            Values = ValuesOf(plan, plan.Parameters.SettingsFor(group.First())),
            Tensors = [.. group.Select(place => place.Name)],
        })],
    };

    private static ImmutableSortedDictionary<string, string> ValuesOf(DocumentPlan plan, IReadOnlyList<MergeSetting> settings)
    {
        IMergeMethod method = plan.Document.Method!;
        var arguments = MergeArguments.Bind(method, plan.Parameters!.ModelCount, settings, out _);
        return method.Parameters.ToImmutableSortedDictionary(
            parameter => parameter.Name,
            parameter => arguments.ToText(name => name == parameter.Name)[(parameter.Name.Length + 2)..],
            StringComparer.Ordinal);
    }
}
