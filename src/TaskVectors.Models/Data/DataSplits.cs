namespace TaskVectors.Models.Data;

/// <summary>Cuts a data set into parts at random, the same for the same seed.</summary>
public static class DataSplits
{
    /// <summary>Cuts into parts of given shares; each class is shared out alike, as far as whole numbers allow.</summary>
    /// <param name="labels">The label of every example; all 0 where there are none.</param>
    /// <param name="shares">Names and positive shares; they are divided by their sum.</param>
    /// <param name="seed">The user's seed.</param>
    /// <returns>For each part the indices of its examples, in increasing order; every example is in one part.</returns>
    /// <exception cref="DataException">A share is not positive, or a part would have no example.</exception>
    public static IReadOnlyDictionary<string, int[]> Create(IReadOnlyList<int> labels, IReadOnlyList<(string Name, double Share)> shares, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(shares);
        double total = shares.Sum(share => share.Share);
        if (shares.Count == 0 || shares.Any(share => !(share.Share > 0)) || !double.IsFinite(total))
        {
            throw new DataException("data.split", "The shares of a split must be positive numbers.");
        }

        List<int>[] parts = [.. shares.Select(_ => new List<int>())];
        foreach (IGrouping<int, int> group in SeededOrder.Shuffle(labels.Count, seed).GroupBy(index => labels[index]).OrderBy(group => group.Key))
        {
            Share([.. group], [.. shares.Select(share => share.Share / total)], parts);
        }

        var result = new Dictionary<string, int[]>(StringComparer.Ordinal);
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part].Count == 0)
            {
                throw new DataException(
                    "data.split", $"The part '{shares[part].Name}' of {labels.Count} examples would have none. Use more examples, or larger shares.");
            }

            parts[part].Sort();
            if (!result.TryAdd(shares[part].Name, [.. parts[part]]))
            {
                throw new DataException("data.split", $"Two parts are called '{shares[part].Name}'. Name them differently.");
            }
        }

        return result;
    }

    private static void Share(int[] group, double[] shares, List<int>[] parts)
    {
        double upTo = 0;
        int start = 0;
        for (int part = 0; part < parts.Length; part++)
        {
            upTo += shares[part];
            int end = part == parts.Length - 1 ? group.Length : Math.Clamp((int)Math.Round(upTo * group.Length), start, group.Length);
            parts[part].AddRange(group[start..end]);
            start = end;
        }
    }
}
