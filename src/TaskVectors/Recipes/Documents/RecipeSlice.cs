using System.Collections.Immutable;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>What a run of layers is merged from; a recipe without slices has one, of whole models.</summary>
internal sealed record RecipeSlice(YamlNode Node, RecipeModel? Base, ImmutableArray<RecipeSource> Sources, RecipeParameters Parameters);
