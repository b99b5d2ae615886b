using System.Globalization;
using TaskVectors.Models.Data.Text;

namespace TaskVectors.Models.Data;

/// <summary>Parts of a data set: cut at random, the same for the same seed, or listed by somebody else.</summary>
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

    /// <summary>Reads which examples to take: a number a line, from 0; empty lines are left out.</summary>
    /// <param name="file">The file; <c>.gz</c> is unpacked.</param>
    /// <param name="count">How many examples there are.</param>
    /// <returns>The numbers in the file's order.</returns>
    /// <exception cref="DataException">It is missing, names no example, one twice, or one that does not exist.</exception>
    public static int[] ReadIndices(string file, int count)
    {
        var indices = new List<int>();
        var seen = new HashSet<int>();
        foreach ((int line, string text) in TextFiles.ReadLines(file).Index())
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            if (!int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int index) || index >= count)
            {
                throw DataException.About(file, "data.split", $"line {line + 1} must be a number of one of the {count} examples, from 0 to {count - 1}.");
            }

            if (!seen.Add(index))
            {
                throw DataException.About(file, "data.split", $"line {line + 1} names example {index} once more. Name each once.");
            }

            indices.Add(index);
        }

        return indices.Count > 0 ? [.. indices] : throw DataException.About(file, "data.empty", "it names no example.");
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
