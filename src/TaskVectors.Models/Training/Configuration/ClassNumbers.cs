using System.Globalization;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>The classes of a task, and what numbers data sets' own labels have among them.</summary>
/// <param name="names">What the classes are called; null where they are numbered as the data have them.</param>
internal sealed class ClassNumbers(IReadOnlyList<string>? names)
{
    public IReadOnlyList<string>? Names => names;

    /// <summary>
    /// The number of each of a data set's classes: by name where all names are known, else by number where all names are numbers.
    /// </summary>
    /// <exception cref="TrainingException">A name is neither.</exception>
    public int[] Of(IReadOnlyList<string> own)
    {
        if (names is null)
        {
            return [.. Enumerable.Range(0, own.Count)];
        }

        string[] known = [.. names];
        int[] byName = [.. own.Select(name => Array.IndexOf(known, name))];
        if (!byName.Contains(-1))
        {
            return byName;
        }

        int?[] byNumber = [.. own.Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < known.Length ? number : (int?)null)];
        return byNumber.All(number => number is not null)
            ? [.. byNumber.Select(number => number!.Value)]
            : throw new TrainingException(
                "training.label", $"The label '{own[Array.IndexOf(byName, -1)]}' is out of range: the {known.Length} classes are {string.Join(", ", known)}. Name them in 'classes' in the order of the head.");
    }
}
