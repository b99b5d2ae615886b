using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Tokenizers;

namespace TaskVectors.Recipes.Planning;

/// <summary>Binds the sources that a recipe gives to single tokens.</summary>
/// <param name="problems">Where problems go.</param>
/// <param name="resolver">Finds models.</param>
internal sealed class TokenRules(RecipeProblems problems, ModelResolver resolver)
{
    /// <summary>The rules by token; what does not fit is left out and reported.</summary>
    public IReadOnlyDictionary<string, TokenRule> Bind(RecipeTokenizer tokenizer, ImmutableArray<TokenizedModel> models)
    {
        var rules = new Dictionary<string, TokenRule>(StringComparer.Ordinal);
        foreach (RecipeToken token in tokenizer.Tokens.Where(token => token.HasSource))
        {
            if (token.Model is null)
            {
                rules[token.Text] = new TokenRule(RowSource.Zero, token.IsForced);
            }
            else if (RowOf(token, models) is { } row)
            {
                rules[token.Text] = new TokenRule(row, token.IsForced);
            }

            WarnOfIdle(token, models);
        }

        return rules;
    }

    private RowSource? RowOf(RecipeToken token, ImmutableArray<TokenizedModel> models)
    {
        int index = models.ToList().FindIndex(model => model.Model == resolver.Resolve(token.Model!));
        if (index < 0)
        {
            // Reported with the document, whose models have been compared by name.
            return null;
        }

        VocabularyModel source = models[index].Tokens;
        if (token.Row is { } row)
        {
            if (row >= 0 && row < source.Rows)
            {
                return new RowSource(index, row);
            }

            problems.Error(token.Node, $"The source of the token {QuotedName.Of(token.Text)} is row {row} of '{source.Name}', which has the rows 0 to {source.Rows - 1}.");
            return null;
        }

        string wanted = token.OtherToken ?? token.Text;
        if (source.RowOf(wanted) is >= 0 and var found)
        {
            return new RowSource(index, found);
        }

        problems.Error(token.Node, $"The source of the token {QuotedName.Of(token.Text)} is the row of {QuotedName.Of(wanted)} in '{source.Name}', which has no such token.");
        return null;
    }

    private void WarnOfIdle(RecipeToken token, ImmutableArray<TokenizedModel> models)
    {
        if (!token.IsForced && models.All(model => model.Tokens.RowOf(token.Text) >= 0))
        {
            problems.Warning(token.Node, $"Every model has the token {QuotedName.Of(token.Text)}, so its source changes nothing; 'force: true' makes all models take it.");
        }
    }
}
