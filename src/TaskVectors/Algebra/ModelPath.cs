using System.Collections.Immutable;
using TaskVectors.Checkpoints;

namespace TaskVectors.Algebra;

/// <summary>
/// A path of the form <c>MODEL+ADAPTER+...</c>: a checkpoint, and adapters or other stored task vectors to add to it. Names may hold plus signs
/// themselves: a path that exists is never taken apart.
/// </summary>
/// <param name="Model">The checkpoint's path.</param>
/// <param name="Adapters">The paths of the task vectors to add to it.</param>
public sealed record ModelPath(string Model, ImmutableArray<string> Adapters)
{
    private const char Separator = '+';

    /// <summary>Takes a path apart where it names nothing as it is and its first part does.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="CheckpointNotFoundException">A part behind a model that exists does not.</exception>
    public static ModelPath Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Exists(path) || LongestExisting(path) is not { } model)
        {
            return new ModelPath(path, []);
        }

        var adapters = ImmutableArray.CreateBuilder<string>();
        string rest = path[(model.Length + 1)..];
        while (rest.Length > 0)
        {
            string part = Exists(rest) ? rest : LongestExisting(rest) ?? throw new CheckpointNotFoundException(rest.Split(Separator)[0]);
            adapters.Add(part);
            rest = part.Length < rest.Length ? rest[(part.Length + 1)..] : string.Empty;
        }

        return adapters.Count > 0 ? new ModelPath(model, adapters.ToImmutable()) : throw new CheckpointNotFoundException(path);
    }

    /// <summary>Opens the adapters. Only headers are read.</summary>
    /// <exception cref="NotTaskVectorException">One holds weights, not differences.</exception>
    /// <exception cref="TaskVectorsException">One is not readable.</exception>
    public ImmutableArray<CheckpointSource> OpenAdapters() => [.. Adapters.Select(OpenAdapter)];

    /// <summary>Opens a stored task vector that is named beside a model.</summary>
    /// <exception cref="NotTaskVectorException">It holds weights, not differences.</exception>
    internal static CheckpointSource OpenAdapter(string path)
    {
        CheckpointSource source = CheckpointFormats.Open(path);
        return TaskVectorMetadata.IsTaskVector(source) ? source : throw new NotTaskVectorException(path);
    }

    private static string? LongestExisting(string path)
    {
        for (int at = path.LastIndexOf(Separator); at > 0; at = path.LastIndexOf(Separator, at - 1))
        {
            if (Exists(path[..at]))
            {
                return path[..at];
            }
        }

        return null;
    }

    private static bool Exists(string path) => InputFile.Exists(path) || Directory.Exists(path);
}
