using TaskVectors.Recipes.Documents;

namespace TaskVectors.Recipes.Validation;

/// <summary>Checks that the rows of tokens come from models of the merge.</summary>
internal static class TokenCheck
{
    public static void Check(RecipeDocument document, RecipeProblems problems)
    {
        string[] merged = [.. document.Slices.SelectMany(slice => slice.Sources).Select(source => source.Model.Text), .. document.Base is { } model ? [model.Text] : Array.Empty<string>()];
        foreach (RecipeToken token in document.Tokenizer?.Tokens.Where(token => token.Model is { } source && !merged.Contains(source.Text)) ?? [])
        {
            problems.Error(token.Node, $"The source of the token '{token.Text}', '{token.Model!.ShortName}', is none of the models of this merge: {string.Join(", ", merged.Distinct())}.");
        }
    }
}
