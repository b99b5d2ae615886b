using System.Globalization;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>Of how many tasks a direction must be part to count as shared. A rule prints as it is parsed.</summary>
public abstract record Sharing
{
    /// <summary>The rules as text.</summary>
    public const string Forms = "all, at-least:M (M >= 2), pairwise";

    private protected Sharing()
    {
    }

    /// <summary>Shared by all tasks: the chain over all of them. The default.</summary>
    public static Sharing All { get; } = new SharedByAll();

    /// <summary>Reads a rule such as <c>at-least:3</c>.</summary>
    /// <returns>Whether the text is one of <see cref="Forms"/>.</returns>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Sharing? sharing)
    {
        const string atLeast = "at-least:";
        sharing = text switch
        {
            "all" => All,
            "pairwise" => new SharedByPairs(),
            _ when text?.StartsWith(atLeast, StringComparison.Ordinal) == true
                && int.TryParse(text.AsSpan(atLeast.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int tasks)
                    && tasks >= 2 => new SharedByAtLeast(tasks),
            _ => null,
        };
        return sharing is not null;
    }

    /// <summary>Reads a rule such as <c>at-least:3</c>.</summary>
    /// <exception cref="DecompositionException">The text is not one of <see cref="Forms"/>.</exception>
    public static Sharing Parse(string text) => TryParse(text, out Sharing? sharing)
        ? sharing
        : throw new DecompositionException(DecompositionError.InvalidOption, $"'{text}' is no sharing rule; write one of {Forms}.");
}
