using System.Collections.Immutable;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>How vocabularies are joined.</summary>
/// <param name="Node">Where it is said.</param>
/// <param name="Source">Whose vocabulary the result has.</param>
/// <param name="Model">The model, where it is one model's.</param>
/// <param name="Tokens">Tokens with a source of their own.</param>
/// <param name="Multiple">The number of rows is a multiple of this, or <see langword="null"/>.</param>
/// <param name="KeepsPadding">Whether rows after the last token are kept.</param>
internal sealed record RecipeTokenizer(
    YamlNode Node, VocabularySource Source, RecipeModel? Model, ImmutableArray<RecipeToken> Tokens, int? Multiple, bool KeepsPadding);
