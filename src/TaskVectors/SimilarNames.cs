namespace TaskVectors;

/// <summary>Finds the names somebody may have meant: those within a small edit distance of what was written.</summary>
public static class SimilarNames
{
    private const int MaximumSuggestions = 3;
    private const int MaximumNameLength = 256;

    /// <summary>The closest candidates first; none when nothing is close.</summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> candidates)
    {
        if (name.Length > MaximumNameLength)
        {
            return [];
        }

        int tolerance = Math.Max(1, name.Length / 3);
        return [.. candidates
            .Where(candidate => candidate.Length <= MaximumNameLength && Math.Abs(candidate.Length - name.Length) <= tolerance)
            .Select(candidate => (Name: candidate, Distance: EditDistance(name, candidate)))
            .Where(candidate => candidate.Distance <= tolerance)
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Take(MaximumSuggestions)
            .Select(candidate => candidate.Name)];
    }

    /// <summary>A sentence such as <c> Did you mean 'math'?</c> with a leading blank, or nothing where no candidate is close.</summary>
    public static string Question(string name, IEnumerable<string> candidates) =>
        Of(name, candidates) is [var closest, ..] ? $" Did you mean '{closest}'?" : string.Empty;

    /// <summary>
    /// The number of letters to insert, leave out, replace, or exchange with their neighbour, with letter case ignored: the optimal string alignment
    /// distance, by dynamic programming over three rows.
    /// </summary>
    private static int EditDistance(string from, string to)
    {
        int[] earlier = new int[to.Length + 1];
        int[] above = new int[to.Length + 1];
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            (earlier, above, row) = (above, row, earlier);
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int substitution = above[j - 1] + (AreSame(from[i - 1], to[j - 1]) ? 0 : 1);
                row[j] = Math.Min(substitution, 1 + Math.Min(above[j], row[j - 1]));
                if (i > 1 && j > 1 && AreSame(from[i - 1], to[j - 2]) && AreSame(from[i - 2], to[j - 1]))
                {
                    row[j] = Math.Min(row[j], earlier[j - 2] + 1);
                }
            }
        }

        return row[to.Length];
    }

    private static bool AreSame(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
