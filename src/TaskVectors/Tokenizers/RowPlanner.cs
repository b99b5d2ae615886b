using System.Collections.Immutable;

namespace TaskVectors.Tokenizers;

/// <summary>
/// Decides for every model where the rows of its embeddings come from when its tokens take the order of the result's vocabulary. A model that has
/// a token takes its own row. One that lacks it takes the base's row, where the base has it; else that of the only model that has it; else the
/// mean over the models that have it: so that a token of one model alone comes out as that model's.
/// </summary>
/// <param name="models">The models, the base first where there is one.</param>
/// <param name="hasBase">Whether the first model is the base.</param>
/// <param name="rules">Tokens with a choice of their own.</param>
/// <param name="keepsPadding">Whether models keep their own rows after the last token.</param>
internal sealed class RowPlanner(ImmutableArray<VocabularyModel> models, bool hasBase, IReadOnlyDictionary<string, TokenRule> rules, bool keepsPadding)
{
    private readonly List<ImmutableArray<RowSource>> _averages = [];
    private readonly List<string> _unknown = [];

    /// <summary>Tokens of the result that no model has and no rule gives a row: their rows are zeros.</summary>
    public IReadOnlyList<string> Unknown => _unknown;

    /// <summary>The rows of every model, in the order of the models.</summary>
    /// <param name="tokens">The token of every row of the result; <see langword="null"/> for rows without one.</param>
    /// <param name="rows">The number of rows of the result.</param>
    public ImmutableArray<RowMap> Plan(IReadOnlyList<string?> tokens, int rows)
    {
        var maps = new RowSource[models.Length][];
        for (int model = 0; model < models.Length; model++)
        {
            maps[model] = new RowSource[rows];
        }

        int[] own = new int[models.Length];
        for (int row = 0; row < rows; row++)
        {
            if (row < tokens.Count && tokens[row] is { } token)
            {
                PlanToken(token, row, own, maps);
            }
            else
            {
                PlanUnnamed(row, keepsPadding || row < tokens.Count, maps);
            }
        }

        ImmutableArray<ImmutableArray<RowSource>> averages = [.. _averages];
        return [.. maps.Select(map => new RowMap([.. map], averages, Math.Min(rows, tokens.Count)))];
    }

    private void PlanToken(string token, int row, int[] own, RowSource[][] maps)
    {
        bool isMissing = false;
        for (int model = 0; model < own.Length; model++)
        {
            own[model] = models[model].RowOf(token);
            isMissing |= own[model] < 0;
        }

        TokenRule? rule = rules.TryGetValue(token, out TokenRule given) ? given : null;
        RowSource missing = rule?.Source ?? (isMissing ? Default(token, own) : RowSource.Zero);
        for (int model = 0; model < own.Length; model++)
        {
            maps[model][row] = own[model] < 0 || rule is { IsForced: true } ? missing : new RowSource(model, own[model]);
        }
    }

    private RowSource Default(string token, int[] own)
    {
        if (hasBase && own[0] >= 0)
        {
            return new RowSource(0, own[0]);
        }

        ImmutableArray<RowSource> owners = [.. Enumerable.Range(0, own.Length).Where(model => own[model] >= 0).Select(model => new RowSource(model, own[model]))];
        switch (owners.Length)
        {
            case 0:
                _unknown.Add(token);
                return RowSource.Zero;
            case 1:
                return owners[0];
            default:
                _averages.Add(owners);
                return RowSource.Average(_averages.Count - 1);
        }
    }

    // A row that stands for no token keeps its number in models that have it.
    private void PlanUnnamed(int row, bool keepsOwn, RowSource[][] maps)
    {
        for (int model = 0; model < models.Length; model++)
        {
            bool isOwn = keepsOwn && row < models[model].Rows && models[model].Vocabulary.TokenOf(row) is null;
            maps[model][row] = isOwn ? new RowSource(model, row) : RowSource.Padding;
        }
    }
}
