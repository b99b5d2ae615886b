using TaskVectors.Checkpoints;
using TaskVectors.Recipes;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>
/// A run as a YAML file describes it: model, data, head, what is trained and how. Reading it finds every mistake of the file itself;
/// <see cref="TrainingJob.Open"/> finds those of the files that it names.
/// </summary>
public sealed class TrainingConfiguration
{
    private TrainingConfiguration(string path, string text, RecipeProblems problems, BoundConfiguration bound)
    {
        (Path, Text, Found, Bound) = (path, text, problems, bound);
        Folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
    }

    /// <summary>The keys that a configuration may have.</summary>
    public static IReadOnlyList<string> Keys => ConfigurationBinder.Keys;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What it says.</summary>
    public string Text { get; }

    /// <summary>Everything that is wrong with the file itself, in its order.</summary>
    public IReadOnlyList<RecipeProblem> Problems => Found.All;

    /// <summary>The seed that the file gives, 0 where it gives none.</summary>
    public ulong Seed => Bound.Options.Seed;

    /// <summary>The folder that paths are relative to first.</summary>
    internal string Folder { get; }

    internal RecipeProblems Found { get; }

    internal BoundConfiguration Bound { get; }

    /// <summary>Reads a file. Mistakes are in <see cref="Problems"/>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static TrainingConfiguration Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RecipeProblems problems = new();
        string text = Read(path);
        return new TrainingConfiguration(path, text, problems, new ConfigurationBinder(problems).Bind(text) ?? new BoundConfiguration());
    }

    /// <summary>One character more than is allowed is enough to know that there are too many.</summary>
    private static string Read(string path)
    {
        try
        {
            using StreamReader reader = new(path);
            char[] text = new char[YamlReader.MaximumLength + 1];
            return new string(text, 0, reader.ReadBlock(text));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(System.IO.Path.GetFullPath(path), $"The configuration '{path}' cannot be read: {error.Message}", error);
        }
    }
}
