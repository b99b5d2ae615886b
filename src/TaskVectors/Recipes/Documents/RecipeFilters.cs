using System.Collections.Immutable;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>Values for groups of tensors; the first whose filter is part of the name wins.</summary>
internal sealed record RecipeFilters(YamlNode Node, ImmutableArray<RecipeFilter> Filters) : RecipeValue(Node)
{
    public override bool HasGradient => Filters.Any(filter => filter.Value.HasGradient);

    public override string? Evaluate(TensorPlace place) => Filters.FirstOrDefault(filter => filter.Matches(place.Name))?.Value.Evaluate(place);

    public override IEnumerable<RecipeScalar> Scalars() => Filters.SelectMany(filter => filter.Value.Scalars());
}
