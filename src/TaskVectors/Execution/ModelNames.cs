using System.Collections.Immutable;
using TaskVectors.Checkpoints;

namespace TaskVectors.Execution;

/// <summary>Gives every input a distinct name: the one a user chose, else one made of its path.</summary>
internal sealed class ModelNames(ImmutableDictionary<string, string> chosen)
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    public string Of(CheckpointSource source)
    {
        if (chosen.TryGetValue(source.Path, out string? name) || _names.TryGetValue(source.Path, out name))
        {
            return name;
        }

        string stem = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(source.Path));
        name = stem;
        for (int suffix = 2; chosen.ContainsValue(name) || _names.ContainsValue(name); suffix++)
        {
            name = $"{stem}{suffix}";
        }

        _names.Add(source.Path, name);
        return name;
    }
}
