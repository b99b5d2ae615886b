namespace TaskVectors;

/// <summary>The words by which options are written in manifests and on the command line: the members' names in lower case.</summary>
public static class OptionNames
{
    /// <summary>The word for a value.</summary>
    public static string Of<TOption>(TOption value)
        where TOption : struct, Enum => Enum.GetName(value)!.ToLowerInvariant();

    /// <summary>The words for every value of an option.</summary>
    public static IReadOnlyList<string> All<TOption>()
        where TOption : struct, Enum => [.. Enum.GetValues<TOption>().Select(Of)];

    /// <summary>The value a word stands for; case does not matter.</summary>
    public static bool TryParse<TOption>(string? word, out TOption value)
        where TOption : struct, Enum
    {
        foreach (TOption candidate in Enum.GetValues<TOption>())
        {
            if (Of(candidate).Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }
}
