using System.Globalization;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Planning;

namespace TaskVectors.Recipes.Validation;

/// <summary>Checks the values that each tensor of each model gets: whether all that are needed are given, and whether they go together.</summary>
internal sealed class ValueCheck(RecipeProblems problems)
{
    private const string Weight = "weight";

    private const string Normalize = "normalize";
    private const double SmallSum = 0.1;

    /// <summary>Whether the values suit the method.</summary>
    /// <param name="plan">The document, its tensors placed and its parameters bound.</param>
    /// <param name="counted">The contributors in the order in which the method counts them.</param>
    public bool Check(DocumentPlan plan, IReadOnlyList<Contributor> counted)
    {
        int before = problems.ErrorCount;
        RequireValues(plan, counted);
        WarnOfMissingWeights(plan, counted);
        new FilterCheck(problems).Check(plan);
        bool isReadable = !plan.Document.Scopes().Any(scope => scope.IsUnreadable || !scope.Unreadable.IsEmpty);
        if (isReadable && problems.ErrorCount == before)
        {
            RequireSums(plan, counted);
            new DropCheck(problems).Check(plan, counted);
        }

        return isReadable && problems.ErrorCount == before;
    }

    private void RequireValues(DocumentPlan plan, IReadOnlyList<Contributor> counted)
    {
        IMergeMethod method = plan.Document.Method!;
        var lookup = new SettingLookup(plan.Document);
        foreach (MergeParameter parameter in method.Parameters.Where(parameter => parameter.IsRequired))
        {
            if (!parameter.IsPerModel)
            {
                if (plan.Places.Values.FirstOrDefault(place => lookup.Find(parameter.Name, place, null) is null && !lookup.IsUnreadable(parameter.Name, place, null)) is { } missing)
                {
                    problems.Error(plan.Document.MethodNode!, $"The method {method.Name} needs the parameter '{parameter.Name}' ({parameter.Type}, {parameter.Range}){Where(missing, plan)}.");
                }

                continue;
            }

            foreach (Contributor model in counted)
            {
                TensorPlace? missing = plan.Places.Values.FirstOrDefault(place => IsMissing(parameter.Name, place, model.Contributions[place.Slice].Source));
                if (missing is not null)
                {
                    Contribution part = model.Contributions[missing.Slice];
                    problems.Error(part.Source?.Model.Node ?? plan.Document.MethodNode!, $"The method {method.Name} needs '{parameter.Name}' for '{part.Model.Name}'{Where(missing, plan)}: {parameter.Meaning}");
                }
            }
        }

        bool IsMissing(string name, TensorPlace place, RecipeSource? source) =>
            lookup.Find(name, place, source) is null && !lookup.IsUnreadable(name, place, source);
    }

    // Who weighs some models means to weigh all; where statistics weigh them, a weight is a correction.
    private void WarnOfMissingWeights(DocumentPlan plan, IReadOnlyList<Contributor> counted)
    {
        IMergeMethod method = plan.Document.Method!;
        bool weighsByItself = method.Statistics is not null;
        if (weighsByItself || plan.Places.Count == 0 || method.Parameters.FirstOrDefault(parameter => parameter is { Name: Weight, IsPerModel: true, IsRequired: false }) is not { } weight)
        {
            return;
        }

        foreach (TensorPlace first in plan.Places.Values.DistinctBy(place => plan.Document.Slices[place.Slice].Module.Name))
        {
            WarnOfMissingWeights(plan, counted, first, weight);
        }
    }

    private void WarnOfMissingWeights(DocumentPlan plan, IReadOnlyList<Contributor> counted, TensorPlace first, MergeParameter weight)
    {
        var lookup = new SettingLookup(plan.Document);
        ILookup<bool, Contribution> parts = counted.Select(model => model.Contributions[first.Slice]).Where(part => part.Source is not null)
            .ToLookup(part => plan.Places.Values.Any(place => place.Slice == first.Slice && lookup.Find(Weight, place, part.Source) is not null));
        foreach (Contribution part in parts[true].Any() ? parts[false] : [])
        {
            problems.Warning(part.Source!.Model.Node, $"Other models have a 'weight' and '{part.Model.Name}' has none: it takes the default, {weight.DefaultText}.");
        }
    }

    private static string Where(TensorPlace missing, DocumentPlan plan) =>
        missing == plan.Places.Values.First() ? string.Empty : $" for the tensor '{missing.Name}' (no filter matches it)";

    private void RequireSums(DocumentPlan plan, IReadOnlyList<Contributor> counted)
    {
        IMergeMethod method = plan.Document.Method!;
        MergeParameter? weight = method.Parameters.FirstOrDefault(parameter => parameter is { Name: Weight, IsPerModel: true });
        MergeParameter? normalize = method.Parameters.FirstOrDefault(parameter => parameter.Name.StartsWith(Normalize, StringComparison.Ordinal));
        if (weight is null || normalize is null)
        {
            return;
        }

        foreach (TensorPlace place in plan.Places.Values.Where(place => IsNormalized(plan, normalize, place)))
        {
            double[] weights = [.. counted.Select(model => ValueOf(plan, weight, place, model))];
            if (double.IsFinite(weights.Sum()) && Math.Abs(weights.Sum()) <= 1e-8 * weights.Sum(Math.Abs))
            {
                ReportSum(plan, place, weights, counted, normalize.Name);
                return;
            }
        }

        WarnOfSmallSum(plan, weight, normalize, counted);
    }

    // Weights of both signs that nearly cancel blow everything up that is divided by their sum.
    private void WarnOfSmallSum(DocumentPlan plan, MergeParameter weight, MergeParameter normalize, IReadOnlyList<Contributor> counted)
    {
        foreach (TensorPlace place in plan.Places.Values.Where(place => IsNormalized(plan, normalize, place)))
        {
            double[] weights = [.. counted.Select(model => ValueOf(plan, weight, place, model))];
            if (double.IsFinite(weights.Sum()) && Math.Abs(weights.Sum()) <= SmallSum * weights.Sum(Math.Abs))
            {
                problems.Warning(plan.Document.MethodNode!, string.Create(CultureInfo.InvariantCulture, $"The weights sum to {weights.Sum():0.###} for '{place.Name}', and normalizing divides by that: values grow {1 / Math.Abs(weights.Sum()):0.#} times. Set {normalize.Name}: false, or other weights."));
                return;
            }
        }
    }

    private void ReportSum(DocumentPlan plan, TensorPlace place, double[] weights, IReadOnlyList<Contributor> counted, string normalize)
    {
        int culprit = Math.Max(0, Array.FindIndex(weights, value => value < 0));
        RecipeSource? source = counted[culprit].Contributions[place.Slice].Source;
        Yaml.YamlNode node = source?.Parameters.Find(Weight)?.Key ?? source?.Node ?? plan.Document.MethodNode!;
        string where = place.Layer is { } layer && plan.Places.Values.Any(other => other.Layer != layer) ? $" in layer {layer} ('{place.Name}')" : $" for '{place.Name}'";
        problems.Error(node, string.Create(CultureInfo.InvariantCulture, $"The weights sum to {weights.Sum():0.###}{where}, so they cannot be normalized; set {normalize}: false, or other weights."));
    }

    private static bool IsNormalized(DocumentPlan plan, MergeParameter normalize, TensorPlace place)
    {
        string text = new SettingLookup(plan.Document).Find(normalize.Name, place, null) ?? normalize.DefaultText;
        return ParameterText.Readable(normalize, text) is { } value && value.Equals("true", StringComparison.OrdinalIgnoreCase);
    }

    private static double ValueOf(DocumentPlan plan, MergeParameter weight, TensorPlace place, Contributor model)
    {
        string text = new SettingLookup(plan.Document).Find(weight.Name, place, model.Contributions[place.Slice].Source) ?? weight.DefaultText;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : 1;
    }
}
