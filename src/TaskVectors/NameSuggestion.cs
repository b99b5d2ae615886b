namespace TaskVectors;

/// <summary>Finds the name a user probably meant.</summary>
public static class NameSuggestion
{
    /// <summary>A sentence such as <c> Did you mean 'math'?</c> with a leading blank, or nothing where no candidate is close.</summary>
    public static string For(string name, IEnumerable<string> candidates) =>
        Closest(name, candidates) is { } closest ? $" Did you mean '{closest}'?" : string.Empty;

    /// <summary>The candidate with the smallest edit distance, if it is within a third of the length.</summary>
    public static string? Closest(string name, IEnumerable<string> candidates)
    {
        int limit = Math.Max(1, name.Length / 3);
        return candidates
            .Select(candidate => (candidate, distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(pair => pair.distance <= limit)
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    // Levenshtein distance, one row at a time.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 0; i < left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < right.Length; j++)
            {
                int substitute = diagonal + (left[i] == right[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(substitute, Math.Min(row[j], diagonal) + 1);
            }
        }

        return row[^1];
    }
}
