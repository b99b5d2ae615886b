namespace TaskVectors.Models.Training.Configuration;

/// <summary>Finds the files of a configuration: from its own folder first, then from the current one.</summary>
internal sealed class ConfigurationPaths(string folder)
{
    private readonly List<string> _found = [];

    /// <summary>What has been asked for but models, each once.</summary>
    public IReadOnlyList<string> Found => _found;

    /// <summary>A path; that beside the configuration where nothing is there.</summary>
    public string Of(string text)
    {
        string path = Find(text);
        if (Exists(path) && !_found.Contains(path))
        {
            _found.Add(path);
        }

        return path;
    }


    /// <summary>As <see cref="Of"/>, for each part of MODEL+ADAPTER where nothing has the whole name.</summary>
    public string OfModel(string text)
    {
        string whole = Find(text);
        return Exists(whole) || !text.Contains('+', StringComparison.Ordinal) ? whole : string.Join('+', text.Split('+').Select(Find));
    }

    private string Find(string text)
    {
        string beside = Path.GetFullPath(text, folder);
        return Exists(beside) || !Exists(Path.GetFullPath(text)) ? beside : Path.GetFullPath(text);
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
