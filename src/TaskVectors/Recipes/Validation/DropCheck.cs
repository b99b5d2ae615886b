using System.Globalization;
using TaskVectors.Merging.Parameters;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Planning;

namespace TaskVectors.Recipes.Validation;

/// <summary>
/// Checks that random pruning by rank has probabilities: density - epsilon and density + epsilon must lie in (0, 1) (Deep et al., "DELLA-Merging", 2024, section 3.1).
/// </summary>
internal sealed class DropCheck(RecipeProblems problems)
{
    private const string Density = "density";

    private const string Epsilon = "epsilon";

    /// <summary>Checks every model; one report a model.</summary>
    public void Check(DocumentPlan plan, IReadOnlyList<Contributor> counted)
    {
        MergeParameter? density = plan.Document.Method!.Parameters.FirstOrDefault(parameter => parameter is { Name: Density, IsPerModel: true });
        MergeParameter? epsilon = plan.Document.Method.Parameters.FirstOrDefault(parameter => parameter is { Name: Epsilon, IsPerModel: true });
        if (density is null || epsilon is null)
        {
            return;
        }

        foreach (Contributor model in counted)
        {
            _ = plan.Places.Values.Any(place => Report(plan, model, place, density, epsilon));
        }
    }

    private bool Report(DocumentPlan plan, Contributor model, TensorPlace place, MergeParameter density, MergeParameter epsilon)
    {
        RecipeSource? source = model.Contributions[place.Slice].Source;
        double kept = ValueOf(plan, density, place, source);
        double spread = ValueOf(plan, epsilon, place, source);
        if (kept >= 1 || (kept - spread > 0 && kept + spread < 1))
        {
            return false;
        }

        Yaml.YamlNode node = source?.Parameters.Find(Epsilon)?.Key ?? source?.Parameters.Find(Density)?.Key ?? source?.Node ?? plan.Document.MethodNode!;
        problems.Error(node, string.Create(CultureInfo.InvariantCulture, $"density - epsilon must be above 0 and density + epsilon below 1, for they are probabilities; of '{model.Name}' they are {kept - spread:0.###} and {kept + spread:0.###}."));
        return true;
    }

    private static double ValueOf(DocumentPlan plan, MergeParameter parameter, TensorPlace place, RecipeSource? source)
    {
        string text = new SettingLookup(plan.Document).Find(parameter.Name, place, source) ?? parameter.DefaultText;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : 0;
    }
}
