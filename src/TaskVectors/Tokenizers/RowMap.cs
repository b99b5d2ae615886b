using System.Collections.Immutable;

namespace TaskVectors.Tokenizers;

/// <summary>Where every row of a model's aligned tensors comes from, in the order of the result's vocabulary.</summary>
/// <param name="Rows">The source of each row.</param>
/// <param name="Averages">The rows whose means are taken.</param>
/// <param name="TokenRows">How many rows, from the first, stand for tokens; those after them are padding.</param>
internal sealed record RowMap(ImmutableArray<RowSource> Rows, ImmutableArray<ImmutableArray<RowSource>> Averages, int TokenRows)
{
    /// <summary>Whether the rows are those of one model as they are.</summary>
    /// <param name="model">The number of the model.</param>
    /// <param name="count">How many rows it has.</param>
    public bool IsIdentity(int model, long count)
    {
        if (Rows.Length != count)
        {
            return false;
        }

        for (int row = 0; row < Rows.Length; row++)
        {
            if (Rows[row] != new RowSource(model, row))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The models whose rows are read.</summary>
    public IEnumerable<int> Models() =>
        Rows.Concat(Averages.SelectMany(average => average)).Where(row => row.IsStored).Select(row => row.Model).Distinct();

    /// <summary>The map as text: equal where the rows are.</summary>
    public IEnumerable<string> ToText() =>
        Rows.Concat(Averages.SelectMany(average => average.Append(RowSource.Zero))).Select(row => FormattableString.Invariant($"{row.Model} {row.Row}"));
}
