using System.Collections.Immutable;
using System.Globalization;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>Anchors spread evenly over the depth of the model, with straight lines between them.</summary>
internal sealed record RecipeGradient(YamlNode Node, ImmutableArray<RecipeScalar> Anchors, ImmutableArray<double> Values) : RecipeValue(Node)
{
    public override bool HasGradient => Values.Length > 1;

    public override string? Evaluate(TensorPlace place) => Interpolate(place.Depth).ToString("R", CultureInfo.InvariantCulture);

    public override IEnumerable<RecipeScalar> Scalars() => Anchors;

    private double Interpolate(double depth)
    {
        double position = depth * (Values.Length - 1);
        int lower = (int)position;
        int upper = Math.Min(lower + 1, Values.Length - 1);
        double fraction = position - lower;
        return fraction == 0 ? Values[lower] : ((1 - fraction) * Values[lower]) + (fraction * Values[upper]);
    }
}
