using TaskVectors.Decomposition.Subspaces;

namespace TaskVectors.Decomposition.NullTests;

/// <summary>Finds the matrices in which random subspaces of the same ranks reach an eigenvalue above the cut: known before a weight is read.</summary>
internal sealed class ChanceWarning(DecompositionOptions options, int tasks, OutputAxis axis)
{
    private const int MostListed = 4;

    /// <summary>
    /// Says so with the numbers, by size of matrix: of ranks that are known, and of those that a rule chooses from the weights, for which it says from what
    /// rank on. Nothing where chance stays below the cut.
    /// </summary>
    public IEnumerable<string> Describe(IReadOnlyList<PlannedDecomposition> matrices)
    {
        Level[] levels = [.. matrices.Select(Of).OfType<Level>()];
        string remedy = options.Subspace.NullTest
            ? "The null test drops what chance gives as often"
            : "Turn the null test on, lower the rank or raise the cut";
        Level[] known = [.. levels.Where(level => !level.IsLeast)];
        if (known.Length > 0)
        {
            yield return $"In {known.Length} of {matrices.Count} matrices the rank is so large beside the dimension that random subspaces pass the cut: "
                + $"{List(known)}. {remedy}.";
        }

        Level[] open = [.. levels.Where(level => level.IsLeast)];
        if (open.Length > 0)
        {
            yield return $"The rank rule '{options.Subspace.Rank}' chooses ranks from the weights, and in {open.Length} of {matrices.Count} matrices random subspaces pass the cut "
                + $"from some rank on: {List(open)}. {remedy}.";
        }
    }

    private static string List(Level[] levels)
    {
        IGrouping<(int, double, double), Level>[] sizes =
            [.. levels.GroupBy(level => (level.Dimension, level.Rank, level.Edge)).OrderByDescending(same => same.Key.Edge)];
        string listed = string.Join("; ", sizes.Take(MostListed).Select(same => same.First().Describe(same.Count())));
        return sizes.Length > MostListed ? $"{listed}; and {sizes.Length - MostListed} more sizes" : listed;
    }

    private Level? Of(PlannedDecomposition tensor)
    {
        SubspaceRule rule = options.Subspace.Resolve(tasks, tensor.FactorRanks.All(rank => rank is not null));
        bool comparesRows = (options.Subspace.Sides == DecompositionSides.Column) == (axis == OutputAxis.First);
        int dimension = comparesRows ? tensor.Rows : tensor.Columns;
        int?[] ranks = [.. tensor.FactorRanks.Select(factorRank => options.Subspace.Rank.Foresee(tensor.Rows, tensor.Columns, factorRank))];
        bool isLeast = ranks.Any(rank => rank is null);
        double mean = isLeast ? LeastRank(tensor, dimension, rule) : ranks.Average(rank => rank!.Value);
        double edge = Edge(rule, mean / dimension);
        return edge > rule.Cut ? new Level(tensor.Base.Name, dimension, mean, isLeast, edge, rule) : null;
    }

    // The edge grows with the rank.
    private int LeastRank(PlannedDecomposition tensor, int dimension, SubspaceRule rule)
    {
        int most = Math.Min(tensor.Rows, tensor.Columns);
        return Enumerable.Range(1, most).FirstOrDefault(rank => Edge(rule, (double)rank / dimension) > rule.Cut, most);
    }

    private double Edge(SubspaceRule rule, double fraction) => ChanceLevel.UpperEdge(rule.Mode, rule.IsPairwise ? 2 : tasks, fraction);

    private sealed record Level(string Tensor, int Dimension, double Rank, bool IsLeast, double Edge, SubspaceRule Rule)
    {
        public string Describe(int count) => FormattableString.Invariant(
            $"rank {Rank:0.#} of {Dimension} (r/d {Rank / Dimension:0.00}) reaches {Edge:0.00} by chance, the cut is {Rule.Cut:0.00} ({OptionNames.Of(Rule.Mode)}; ")
            + (count == 1 ? $"'{Tensor}')" : $"{count} matrices such as '{Tensor}')");
    }
}
