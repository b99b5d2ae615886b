using TaskVectors.Checkpoints;
using TaskVectors.Recipes.Planning;
using TaskVectors.Tensors;
using TaskVectors.Tokenizers;

namespace TaskVectors.Recipes.Validation;

/// <summary>Checks that the tensors of all models fit each other; where vocabularies are to blame it says how to join them.</summary>
internal sealed class TensorCheck(RecipeProblems problems)
{
    /// <summary>Whether every tensor has one shape.</summary>
    public bool Check(DocumentPlan plan)
    {
        int before = problems.ErrorCount;
        Contributor first = plan.Base ?? plan.Models[0];
        foreach (Contributor model in plan.Models.Where(model => model != first))
        {
            Check(first, model, plan);
        }

        return problems.ErrorCount == before;
    }

    private void Check(Contributor first, Contributor model, DocumentPlan plan)
    {
        var expected = first.View.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        (TensorInfo Own, TensorInfo Other)[] odd =
        [
            .. from tensor in model.View.Tensors
               where expected.TryGetValue(tensor.Name, out TensorInfo? other) && other.Shape != tensor.Shape
               select (tensor, expected[tensor.Name]),
        ];
        if (odd.Length == 0)
        {
            WarnOfAbsent(first, model, plan);
            return;
        }

        Yaml.YamlNode place = model.Contributions[0].Source?.Model.Node ?? plan.Document.Node;
        problems.Error(place, Array.TrueForAll(odd, pair => IsVocabularyOnly(pair.Own, pair.Other))
            ? $"The vocabularies differ: {odd[0].Other.Shape[0]} rows in '{first.Name}' and {odd[0].Own.Shape[0]} in '{model.Name}' ({string.Join(", ", odd.Select(pair => pair.Own.Name))}){VocabularyCheck.DifferenceOf(first.Contributions[0].Model, model.Contributions[0].Model)}. Set tokenizer_source, such as union or base."
            : $"The shapes of tensors differ: {odd[0].Own.Name} is {odd[0].Other.Shape} in '{first.Name}' and {odd[0].Own.Shape} in '{model.Name}' ({odd.Length} tensors differ); models of different sizes cannot be merged.");
    }

    // An error of the merge, unless its options say what to do with them.
    private void WarnOfAbsent(Contributor first, Contributor model, DocumentPlan plan)
    {
        string[] expected = [.. first.View.Tensors.Select(tensor => tensor.Name)];
        string[] own = [.. model.View.Tensors.Select(tensor => tensor.Name)];
        Yaml.YamlNode place = model.Contributions[0].Source?.Model.Node ?? plan.Document.Node;
        string[] missing = [.. expected.Except(own).Where(name => TiedTensors.StoredName(model.View.Base, name) is null)];
        if (missing.Length > 0)
        {
            problems.Warning(place, $"'{model.Name}' lacks {Some(missing)} of '{first.Name}'; the merge stops there unless --missing base keeps those of the base.");
        }

        string[] extra = [.. own.Except(expected).Where(name => TiedTensors.StoredName(first.View.Base, name) is null)];
        if (extra.Length > 0)
        {
            problems.Warning(place, $"'{model.Name}' has {Some(extra)}, which '{first.Name}' has not; the merge stops there unless --missing base leaves such tensors out.");
        }
    }

    private static string Some(string[] names) => names.Length == 1 ? $"the tensor '{names[0]}'" : $"{names.Length} tensors such as '{names[0]}'";

    private static bool IsVocabularyOnly(TensorInfo own, TensorInfo other) =>
        VocabularyTensors.IsNamed(own) && own.Shape.Rank == other.Shape.Rank && own.ElementCount * other.Shape[0] == other.ElementCount * own.Shape[0];
}
