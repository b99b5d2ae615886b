namespace TaskVectors.Models.Training.Configuration;

/// <summary>Finds the files of a configuration: from its own folder first, then from the current one.</summary>
internal sealed class ConfigurationPaths(string folder)
{
    /// <summary>A path; that beside the configuration where nothing is there.</summary>
    public string Of(string text)
    {
        string beside = Path.GetFullPath(text, folder);
        return Exists(beside) || !Exists(Path.GetFullPath(text)) ? beside : Path.GetFullPath(text);
    }

    /// <summary>As <see cref="Of"/>, for each part of MODEL+ADAPTER where nothing has the whole name.</summary>
    public string OfModel(string text)
    {
        string whole = Of(text);
        return Exists(whole) || !text.Contains('+', StringComparison.Ordinal) ? whole : string.Join('+', text.Split('+').Select(Of));
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
