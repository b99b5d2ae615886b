namespace TaskVectors.Decomposition;

/// <summary>Finds the matrices in which random subspaces of the same ranks reach an eigenvalue above the cut: known before a weight is read.</summary>
internal sealed class ChanceWarning(DecompositionOptions options, int tasks, OutputAxis axis)
{
    private const int MostListed = 4;

    /// <summary>Says so with the numbers, by size of matrix; <see langword="null"/> where chance stays below the cut.</summary>
    public string? Describe(IReadOnlyList<PlannedDecomposition> matrices)
    {
        Level[] levels = [.. matrices.Select(Of).OfType<Level>()];
        if (levels.Length == 0)
        {
            return null;
        }

        IGrouping<(int, double, double), Level>[] sizes =
            [.. levels.GroupBy(level => (level.Dimension, level.Rank, level.Edge)).OrderByDescending(same => same.Key.Edge)];
        IEnumerable<string> listed = sizes.Take(MostListed).Select(same => same.First().Describe(same.Count()));
        string more = sizes.Length > MostListed ? $"; and {sizes.Length - MostListed} more sizes" : string.Empty;
        string remedy = options.Subspace.NullTest
            ? "The null test drops what chance gives as often"
            : "Turn the null test on, lower the rank or raise the cut";
        return FormattableString.Invariant(
            $"In {levels.Length} of {matrices.Count} matrices the rank is so large beside the dimension that random subspaces pass the cut: ")
            + $"{string.Join("; ", listed)}{more}. {remedy}.";
    }

    private Level? Of(PlannedDecomposition tensor)
    {
        SubspaceRule rule = options.Subspace.Resolve(tasks, tensor.FactorRanks.All(rank => rank is not null));
        bool comparesRows = (options.Subspace.Sides == DecompositionSides.Column) == (axis == OutputAxis.First);
        int dimension = comparesRows ? tensor.Rows : tensor.Columns;
        int?[] ranks = [.. tensor.FactorRanks.Select(factorRank => options.Subspace.Rank.Foresee(tensor.Rows, tensor.Columns, factorRank))];
        if (ranks.Any(rank => rank is null))
        {
            return null;
        }

        double mean = ranks.Average(rank => rank!.Value);
        double edge = ChanceLevel.UpperEdge(rule.Mode, rule.IsPairwise ? 2 : tasks, mean / dimension);
        return edge > rule.Cut ? new Level(tensor.Base.Name, dimension, mean, edge, rule) : null;
    }

    private sealed record Level(string Tensor, int Dimension, double Rank, double Edge, SubspaceRule Rule)
    {
        public string Describe(int count) => FormattableString.Invariant(
            $"rank {Rank:0.#} of {Dimension} (r/d {Rank / Dimension:0.00}) reaches {Edge:0.00} by chance, the cut is {Rule.Cut:0.00} ({OptionNames.Of(Rule.Mode)}; ")
            + (count == 1 ? $"'{Tensor}')" : $"{count} matrices such as '{Tensor}')");
    }
}
