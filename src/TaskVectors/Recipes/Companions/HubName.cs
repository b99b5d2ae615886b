using System.Text.RegularExpressions;

namespace TaskVectors.Recipes.Companions;

/// <summary>What a card calls a model: the reference where it looks like a hub's <c>owner/name</c>, else the name of its folder, so that no path of a machine is published.</summary>
internal static partial class HubName
{
    public static string Of(string reference, string path)
    {
        string trimmed = reference.TrimEnd('/');
        return HubPattern().IsMatch(trimmed) ? trimmed : Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
    }

    /// <summary>Whether a reference looks like a name on a hub.</summary>
    public static bool IsOne(string reference) => HubPattern().IsMatch(reference);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex HubPattern();
}
