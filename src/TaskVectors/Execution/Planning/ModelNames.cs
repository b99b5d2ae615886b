using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;

namespace TaskVectors.Execution.Planning;

/// <summary>Gives every input a distinct name: the one a user chose, else one made of its path; the call itself where it is computed.</summary>
internal sealed class ModelNames(ImmutableDictionary<string, string> chosen)
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    public string Of(CheckpointSource source)
    {
        if (source is ComputedSource computed)
        {
            return computed.ToText(Of);
        }

        if (chosen.TryGetValue(source.Path, out string? name) || _names.TryGetValue(source.Path, out name))
        {
            return name;
        }

        string stem = StemOf(source.Path);
        name = stem;
        for (int suffix = 2; chosen.ContainsValue(name) || _names.ContainsValue(name); suffix++)
        {
            name = $"{stem}{suffix}";
        }

        _names.Add(source.Path, name);
        return name;
    }

    // The dot in the name of a folder such as llama-3.1 begins no extension.
    private static string StemOf(string path)
    {
        string trimmed = Path.TrimEndingDirectorySeparator(path);
        string stem = Directory.Exists(trimmed) ? Path.GetFileName(trimmed) : Path.GetFileNameWithoutExtension(trimmed);
        return stem.Length > 0 ? stem : "model";
    }
}
