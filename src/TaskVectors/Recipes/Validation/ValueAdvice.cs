using System.Globalization;
using TaskVectors.Merging.Parameters;
using TaskVectors.Recipes.Documents;

namespace TaskVectors.Recipes.Validation;

/// <summary>Values that a method takes and that are rarely meant.</summary>
internal static class ValueAdvice
{
    private const string Interpolation = "t";

    private const string Density = "density";

    /// <summary>Warns of a value that is allowed and unusual.</summary>
    public static void Give(MergeParameter declared, RecipeScalar scalar, RecipeProblems problems)
    {
        if (!TryParse(scalar, out double value))
        {
            return;
        }

        if (declared.Name == Interpolation && (value < 0 || value > 1))
        {
            problems.Warning(scalar.Node, $"'t' is {scalar.Text}, outside [0, 1]: the result extrapolates beyond the models.");
        }
        else if (declared.Name == Density && value == 0)
        {
            problems.Warning(scalar.Node, "'density' 0 keeps nothing of the model: it takes no part in the result.");
        }
    }

    /// <summary>A question where a percentage seems to be meant, or nothing.</summary>
    public static string Percentage(MergeParameter declared, RecipeScalar scalar) =>
        declared is NumberParameter { Minimum: 0, Maximum: 1 } && TryParse(scalar, out double value) && value is >= 2 and <= 100
            ? string.Create(CultureInfo.InvariantCulture, $" Did you mean {value / 100}?")
            : string.Empty;

    private static bool TryParse(RecipeScalar scalar, out double value) =>
        double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
